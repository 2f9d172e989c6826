// The calendar: departures are dragged to another day, and arrow keys go from day to day. Without it both have links.
const calendar = document.querySelector("[data-calendar]");
const mover = calendar.querySelector("[data-mover]");
let dragged = null;

function dayAt(event) {
  return event.target.closest("[data-day]");
}

function mark(cell) {
  for (const marked of calendar.querySelectorAll(".cal-day--target")) marked.classList.remove("cal-day--target");
  cell?.classList.add("cal-day--target");
}

calendar.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("[data-move]");
  if (!dragged) return;
  dragged.classList.add("cal-entry--dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.querySelector("a").textContent.trim());
});

calendar.addEventListener("dragover", (event) => {
  const cell = dragged && dayAt(event);
  mark(cell);
  if (cell) event.preventDefault();
});

calendar.addEventListener("dragend", () => {
  dragged?.classList.remove("cal-entry--dragged");
  dragged = null;
  mark(null);
});

calendar.addEventListener("drop", (event) => {
  const cell = dragged && dayAt(event);
  if (!cell) return;
  event.preventDefault();
  if (cell.dataset.day === dragged.closest("[data-day]").dataset.day) return;
  mover.action = dragged.dataset.move;
  mover.elements.date.value = cell.dataset.day;
  mover.elements.start_time.value = dragged.dataset.start;
  mover.elements.expected.value = dragged.dataset.expected;
  mover.submit();
});

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

calendar.addEventListener("keydown", (event) => {
  const link = event.target.closest("[data-day-link]");
  if (!link || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const links = [...calendar.querySelectorAll("[data-day-link]")];
  const here = links.indexOf(link);
  let there = here + (STEPS[event.key] ?? NaN);
  if (event.key === "Home") there = here - (here % 7);
  if (event.key === "End") there = Math.min(here - (here % 7) + 6, links.length - 1);
  if (event.key === "PageUp") location.assign(calendar.dataset.previous);
  else if (event.key === "PageDown") location.assign(calendar.dataset.next);
  else if (links[there]) links[there].focus();
  // At the edge the calendar goes on.
  else if (there < 0) location.assign(calendar.dataset.previous);
  else if (there >= links.length) location.assign(calendar.dataset.next);
  else return;
  event.preventDefault();
});
