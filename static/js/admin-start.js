// Starts Wagtail's own fields from data beside them. Wagtail does it with inline scripts, which the policy of the admin refuses.

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

window.wagtail.app.register(
  "start",
  class extends window.StimulusModule.Controller {
    static values = { name: String, id: String, options: Object };

    connect() {
      // Once for each place in the page, also when a field is moved within it.
      if (this.element.dataset.started) return;
      this.element.dataset.started = "yes";
      const { nameValue: name, idValue: id, optionsValue: options } = this;
      const given = this.hasIdValue ? [id, options] : [options];
      if (FUNCTIONS.includes(name)) window[name](...given);
      else if (CLASSES.includes(name)) new window[name](...given);
    }
  },
);
