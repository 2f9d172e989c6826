// Who may not write HTML is not offered it where a block is added; what is there already is shown.
(() => {
  class WithoutHtml extends window.wagtailStreamField.blocks.StreamBlockDefinition {
    constructor(...given) {
      super(...given);
      // By now each kind is known by its name; these are those of the menu.
      this.groupedChildBlockDefs = this.groupedChildBlockDefs.map(
        ([group, kinds]) => [group, kinds.filter((kind) => kind.name !== "html")],
      );
    }
  }
  window.telepath.register("cms.StreamBlockWithoutHtml", WithoutHtml);
})();
