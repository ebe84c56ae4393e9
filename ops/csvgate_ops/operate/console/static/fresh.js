// Keeps the figures of a page fresh, and says when they are old. Without this script, pages say when they were read.
"use strict";
(() => {
  const fresh = document.getElementById("fresh");
  if (!fresh || !fresh.dataset.every) return;
  const every = Number(fresh.dataset.every) * 1000;
  const staleAfter = Number(fresh.dataset.staleAfter) * 1000;
  const silent = document.getElementById("silent");
  const clocks = document.getElementById("clocks");
  const soon = Math.min(every, 2000);
  let answered = Date.now();
  let asked = answered;
  let again = 0;
  const read = () => document.getElementById("read");
  const ask = () => htmx.trigger(fresh, "wake");
  const say = (element, words) => {
    if (element.textContent !== words) element.textContent = words;
    element.hidden = !words;
  };
  const isOld = () => Math.abs(Date.now() - answered) > staleAfter;
  const mark = () => document.documentElement.classList.toggle("stale", isOld());
  const askAgain = () => {
    clearTimeout(again);
    if (read().hasAttribute("data-again")) again = setTimeout(ask, soon);
  };
  const compareClocks = () => {
    const ahead = Date.now() - Number(read().dataset.now);
    const minutes = Math.round(Math.abs(ahead) / 60000);
    say(clocks, minutes < 1 ? "" : `The clock of this browser is about ${minutes} ${minutes === 1 ? "minute" : "minutes"} ${ahead > 0 ? "ahead of" : "behind"} the console’s. Times and ages on this page are the console’s.`);
  };
  const fail = (why) => {
    const figures = read().dataset.figures;
    say(silent, `${why} ${figures ? `The figures were read at ${figures}.` : "It has not shown any figures yet."}`);
    mark();
  };

  // A tab that nobody sees asks nothing, and asks at once when it is seen again.
  fresh.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden) event.preventDefault();
    else asked = Date.now();
  });
  document.addEventListener("visibilitychange", () => {
    mark();
    if (!document.hidden && Date.now() - asked >= every) ask();
  });
  fresh.addEventListener("htmx:sendError", () => fail("The console does not answer."));
  fresh.addEventListener("htmx:timeout", () => fail("The console does not answer."));
  fresh.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    fail(status === 401 || status === 403 ? "Your session has ended: open the console’s address again." : `The console answers with an error (${status}).`);
  });
  // A proxy may answer in the console's place, for example with a page to sign in.
  fresh.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status !== 200 || xhr.responseText.includes('id="read"')) return;
    event.detail.shouldSwap = false;
    fail("Something else answers in the console’s place. Reload the page.");
  });
  fresh.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, successful } = event.detail;
    if (!successful || !xhr.responseText.includes('id="read"')) return;
    answered = Date.now();
    say(silent, "");
    mark();
    compareClocks();
    askAgain();
  });

  // What a person does stays: selected text, open details, the focus.
  let focus = null;
  const likeness = (element) => ["href", "id", "name", "value", "aria-label"].map((name) => element.getAttribute(name) ?? "").join("\n");
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const given = fragment.firstElementChild;
    const selection = getSelection();
    const isSelected = !selection.isCollapsed && selection.containsNode(target, true);
    if (isSelected || target.isEqualNode(given)) {
      event.detail.shouldSwap = false;
      return;
    }
    for (const details of target.querySelectorAll("details[id]")) {
      const same = given.querySelector(`#${CSS.escape(details.id)}`);
      if (same) same.open = details.open;
    }
    const active = document.activeElement;
    focus = target.contains(active) ? { id: target.id, tag: active.tagName, like: likeness(active) } : null;
  });
  document.body.addEventListener("htmx:oobAfterSwap", () => {
    if (!focus) return;
    const { id, tag, like } = focus;
    focus = null;
    const inside = [...document.getElementById(id).querySelectorAll(tag)];
    const same = inside.find((element) => likeness(element) === like);
    (same ?? document.getElementById("main")).focus({ preventScroll: true });
  });

  setInterval(mark, Math.min(5000, staleAfter / 4));
  compareClocks();
  askAgain();
})();
