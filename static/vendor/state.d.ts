export { temporal } from "zundo";
export { createStore, useStore } from "zustand";
