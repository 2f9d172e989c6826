// A stand-in for Stripe.js with the promises the checkout uses. The card form lives in a frame of its own, as Stripe's does.
(() => {
  const home = new URL(document.currentScript.src).origin;

  async function ask(path, values) {
    const answer = await fetch(`${home}/_browser/${path}`, { method: "POST", body: JSON.stringify(values) });
    const body = await answer.json();
    return answer.ok ? { paymentIntent: body } : { error: body.error };
  }

  class PaymentElement {
    constructor(elements) {
      this.elements = elements;
      this.handlers = {};
    }
    on(name, handler) {
      this.handlers[name] = handler;
      return this;
    }
    mount(target) {
      const place = typeof target === "string" ? document.querySelector(target) : target;
      this.frame = document.createElement("iframe");
      this.frame.src = `${home}/_browser/form.html`;
      this.frame.title = "Secure card payment";
      Object.assign(this.frame.style, { width: "100%", height: "340px", border: "0", display: "block" });
      this.frame.addEventListener("load", () => this.handlers.ready?.({}));
      place.replaceChildren(this.frame);
      window.addEventListener("message", (event) => {
        if (event.source !== this.frame.contentWindow) return;
        if (event.data.kind === "change") this.handlers.change?.({ complete: event.data.complete, empty: false });
        if (event.data.kind === "values") this.resolve?.(event.data);
        if (event.data.kind === "height") this.frame.style.height = `${event.data.height}px`;
      });
    }
    values() {
      return new Promise((resolve) => {
        this.resolve = resolve;
        this.frame.contentWindow.postMessage({ kind: "ask" }, home);
      });
    }
    unmount() {
      this.frame?.remove();
    }
    destroy() {
      this.unmount();
    }
  }

  function challenge(key, secret) {
    return new Promise((resolve) => {
      const dialog = document.createElement("dialog");
      const frame = document.createElement("iframe");
      frame.src = `${home}/_browser/challenge.html`;
      frame.title = "Your bank asks";
      Object.assign(frame.style, { width: "min(26rem, 80vw)", height: "15rem", border: "0" });
      dialog.append(frame);
      document.body.append(dialog);
      dialog.showModal();
      const listen = async (event) => {
        if (event.source !== frame.contentWindow || event.data.kind !== "challenge") return;
        window.removeEventListener("message", listen);
        dialog.remove();
        resolve(await ask("challenge", { key, client_secret: secret, passed: event.data.passed }));
      };
      window.addEventListener("message", listen);
    });
  }

  window.Stripe = (key) => {
    const stripe = {
      elements(options) {
        const elements = {
          clientSecret: options.clientSecret,
          create(kind) {
            if (kind !== "payment") throw new Error(`The element “${kind}” is not emulated.`);
            elements.payment = new PaymentElement(elements);
            return elements.payment;
          },
          getElement: () => elements.payment,
          async submit() {
            const { complete } = await elements.payment.values();
            return complete ? {} : { error: { type: "validation_error", message: "Please fill in your card's details." } };
          },
          update() {},
          fetchUpdates: async () => ({}),
        };
        return elements;
      },
      retrievePaymentIntent: (secret) => ask("retrieve", { key, client_secret: secret }),
      async confirmPayment({ elements, clientSecret, confirmParams, redirect }) {
        const secret = clientSecret || elements.clientSecret;
        const { card, complete } = await elements.payment.values();
        if (!complete) return { error: { type: "validation_error", message: "Please fill in your card's details." } };
        let result = await ask("confirm", { key, client_secret: secret, card });
        if (result.paymentIntent?.status === "requires_action") result = await challenge(key, secret);
        if (result.paymentIntent?.last_payment_error) return { error: result.paymentIntent.last_payment_error };
        if (result.error || redirect === "if_required") return result;
        const next = new URL(confirmParams.return_url);
        next.searchParams.set("payment_intent", result.paymentIntent.id);
        next.searchParams.set("payment_intent_client_secret", secret);
        next.searchParams.set("redirect_status", result.paymentIntent.status);
        window.location.assign(next);
        return new Promise(() => {});
      },
    };
    stripe.handleNextAction = async ({ clientSecret }) => challenge(key, clientSecret);
    return stripe;
  };
})();
