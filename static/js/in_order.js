/** Answers may overtake each other. What is asked again and again is shown in the order of asking, here for every page. */

/**
 * A function that asks and shows: an answer that comes after one to a later question is old, and is dropped, as is its failure. Where the
 * questions differ, what they are about is compared by `show`, since an old answer comes before a later one, too.
 * @template {any[]} Given @template Answer
 * @param {(...given: Given) => Promise<Answer>} ask @param {(answer: Answer, ...given: Given) => void} show
 * @returns {(...given: Given) => Promise<void>} ends once the answer is shown or dropped
 */
export function inOrder(ask, show) {
  let asked = 0;
  let answered = 0;
  return async (...given) => {
    const turn = (asked += 1);
    try {
      const answer = await ask(...given);
      if (turn < answered) return;
      answered = turn;
      show(answer, ...given);
    } catch (error) {
      if (turn >= answered) throw error;
    }
  };
}

/**
 * A function that runs `work`, never twice at the same time: asked for meanwhile it runs once more, since what it does then may be older
 * than the wish.
 * @param {() => Promise<void>} work @returns {() => Promise<void>} ends once a run of it has ended that began after the call
 */
export function oneByOne(work) {
  let isWanted = false;
  /** @type {Promise<void>|null} */
  let running = null;
  const runAll = async () => {
    while (isWanted) {
      isWanted = false;
      await work();
    }
  };
  return () => {
    isWanted = true;
    running ??= runAll().finally(() => (running = null));
    return running;
  };
}
