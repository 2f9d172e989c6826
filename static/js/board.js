// The board: cards are dragged to another column. Without it each card has buttons.
const board = document.querySelector("[data-board]");
const mover = document.querySelector("[data-mover]");
let dragged = null;

function columnAt(event) {
  return event.target.closest("[data-state]");
}

function mark(column) {
  for (const marked of board.querySelectorAll(".board__column--target")) marked.classList.remove("board__column--target");
  column?.classList.add("board__column--target");
}

board.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-card]");
  if (!dragged) return;
  dragged.classList.add("board-card--dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector("a").textContent.trim());
});

board.addEventListener("dragover", (event) => {
  const column = dragged && columnAt(event);
  mark(column);
  if (column) event.preventDefault();
});

board.addEventListener("dragend", () => {
  dragged?.classList.remove("board-card--dragged");
  dragged = null;
  mark(null);
});

board.addEventListener("drop", (event) => {
  const column = dragged && columnAt(event);
  if (!column) return;
  event.preventDefault();
  if (column === columnAt({ target: dragged })) return;
  mover.action = dragged.dataset.card;
  mover.elements.state.value = column.dataset.state;
  mover.submit();
});
