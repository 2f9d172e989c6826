// A form whose files are too big to be sent at once stays where it is, with all that was written into it.
(() => {
  const { limit, tooBig } = document.currentScript.dataset;
  const filesOf = (form) => [...form.elements].filter((field) => field.type === "file" && field.files.length);
  const size = (fields) => fields.flatMap((field) => [...field.files]).reduce((sum, file) => sum + file.size, 0);

  document.addEventListener(
    "submit",
    (event) => {
      const fields = filesOf(event.target);
      if (size(fields) <= Number(limit)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const [field] = fields;
      field.setCustomValidity(tooBig);
      field.reportValidity();
      // Wagtail's button says already that it is sending; it does so a moment after the click.
      setTimeout(() => {
        if (event.submitter) event.submitter.dataset.wProgressLoadingValue = "false";
      }, 50);
      event.target.addEventListener("change", () => field.setCustomValidity(""), { once: true });
    },
    true,
  );
})();
