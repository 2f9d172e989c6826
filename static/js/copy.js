// Buttons that copy the text of another element: <button data-copy="its id" data-copied="what the button says then">.
document.querySelectorAll("button[data-copy]").forEach((button) => {
  if (!navigator.clipboard) { button.hidden = true; return; }
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
});
