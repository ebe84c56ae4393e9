// A convenience: every page works without this script.
"use strict";
for (const form of document.querySelectorAll("form[data-choose]")) {
  const boxes = [...form.querySelectorAll("input[name=letter]")];
  const all = form.querySelector("[data-all]");
  const count = form.querySelector("[data-count]");
  const ticked = form.querySelector("input[name=scope][value=ticked]");
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = ` (${chosen})`;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    ticked.checked = true;
    show();
  });
  for (const box of boxes) {
    box.addEventListener("change", () => {
      ticked.checked = true;
      show();
    });
  }
  show();
}
if (document.querySelector("[data-reload]")) setTimeout(() => location.reload(), 1000);
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.querySelector(button.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const words = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select the text and copy it";
    }
    setTimeout(() => { button.textContent = words; }, 2000);
  });
}
