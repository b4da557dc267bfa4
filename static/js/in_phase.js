/** What turns, turns in phase: whatever runs at once on a page looks like one thing, not like a box of clocks. */

/** The name in app.css. */
const TURN = "turn";

export function turnInPhase() {
  document.addEventListener("animationstart", ({ animationName, target }) => {
    if (animationName !== TURN || !(target instanceof Element)) return;
    for (const animation of target.getAnimations()) {
      // All count from the page's beginning, not from when their element came.
      if (animation instanceof CSSAnimation && animation.animationName === TURN) animation.startTime = 0;
    }
  });
}
