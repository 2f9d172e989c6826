// Starts Wagtail's own fields from data beside them. Wagtail does it with inline scripts, which the policy of the admin refuses.
(() => {
  // What may be started: from data in a page, nothing else can be called.
  const FUNCTIONS = ["initDateChooser", "initTimeChooser", "initDateTimeChooser", "createTaskChooser"];
  const CLASSES = [
    "Chooser",
    "DocumentChooser",
    "ImageChooser",
    "InlinePanel",
    "MultipleChooserPanel",
    "PageChooser",
    "SnippetChooser",
  ];

  function start(element) {
    // Once for each place in the page, also when a field is moved within it.
    if (element.dataset.started) return;
    element.dataset.started = "yes";
    const { startNameValue: name, startIdValue: id, startOptionsValue: options } = element.dataset;
    const given = [...(id ? [id] : []), options ? JSON.parse(options) : {}];
    if (FUNCTIONS.includes(name)) window[name](...given);
    else if (CLASSES.includes(name)) new window[name](...given);
  }

  // As inline scripts would: before Stimulus moves menus out of the fields they belong to.
  document.addEventListener("readystatechange", () => {
    if (document.readyState === "interactive") document.querySelectorAll('[data-controller~="start"]').forEach(start);
  });

  // What comes into the page later. Stimulus goes from top to bottom, so this stands before the field where the order counts.
  window.wagtail.app.register(
    "start",
    class extends window.StimulusModule.Controller {
      connect() {
        start(this.element);
      }
    },
  );
})();
