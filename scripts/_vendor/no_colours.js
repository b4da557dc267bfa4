// Stands in for d3-color (3.6 kB compressed): to d3-transition no value is a colour then, so that it takes each for a number or a text.
export const color = () => null;
color.prototype = {};
export { color as cubehelix, color as hcl, color as hsl, color as lab, color as rgb };
