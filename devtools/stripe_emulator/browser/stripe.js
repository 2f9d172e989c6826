// A stand-in for Stripe.js with the promises the checkout uses. Cards are typed in a frame of the emulator's own origin.
(() => {
  const home = new URL(document.currentScript.src).origin;
  const TITLES = {
    en: { form: "Secure payment input frame", challenge: "Your bank's question" },
    de: { form: "Sicherer Rahmen für Zahlungsdaten", challenge: "Frage Ihrer Bank" },
  };
  const CONNECTION = { type: "api_connection_error", message: "The payment provider could not be reached." };

  class IntegrationError extends Error {
    constructor(message) {
      super(message);
      this.name = "IntegrationError";
    }
  }

  const titles = (locale) => {
    const wanted = locale && locale !== "auto" ? locale : navigator.language;
    return TITLES[wanted.slice(0, 2)] ?? TITLES.en;
  };

  function makeFrame(page, title, options) {
    const frame = document.createElement("iframe");
    frame.src = `${home}/_browser/${page}?${new URLSearchParams({ ...options, page: location.origin })}`;
    frame.title = title;
    frame.style.border = "0";
    frame.style.display = "block";
    frame.style.width = "100%";
    return frame;
  }

  const look = (options) => ({
    ...(options.locale ? { locale: options.locale } : {}),
    ...(options.appearance ? { appearance: JSON.stringify(options.appearance) } : {}),
  });

  class PaymentElement {
    constructor(options) {
      this.options = options;
      this.handlers = new Map();
      this.waiting = new Map();
      this.listen = this.listen.bind(this);
    }

    on(name, handler) {
      this.handlers.set(name, [...(this.handlers.get(name) ?? []), handler]);
      return this;
    }

    once(name, handler) {
      const first = (event) => {
        this.off(name, first);
        handler(event);
      };
      return this.on(name, first);
    }

    off(name, handler) {
      this.handlers.set(name, handler ? (this.handlers.get(name) ?? []).filter((other) => other !== handler) : []);
      return this;
    }

    emit(name, values = {}) {
      (this.handlers.get(name) ?? []).forEach((handler) => handler({ elementType: "payment", ...values }));
    }

    mount(target) {
      const place = typeof target === "string" ? document.querySelector(target) : target;
      if (!place) throw new IntegrationError(`The selector you specified (${target}) applies to no DOM elements.`);
      this.unmount();
      this.frame = makeFrame("form.html", titles(this.options.locale).form, look(this.options));
      this.frame.style.height = "18rem";
      // Light and dark of the frame are its own affair.
      this.frame.style.colorScheme = "normal";
      window.addEventListener("message", this.listen);
      place.replaceChildren(this.frame);
      // A frame that cannot be fetched still “loads”, but says nothing.
      this.frame.addEventListener("load", () => {
        this.silence = window.setTimeout(() => this.emit("loaderror", { error: CONNECTION }), 5000);
        if (this.isReady) window.clearTimeout(this.silence);
      });
    }

    listen({ source, origin, data }) {
      if (!this.frame || source !== this.frame.contentWindow || origin !== home || data.source !== "payment-element") return;
      if (data.kind === "height") this.frame.style.height = `${Math.ceil(data.height)}px`;
      if (data.kind === "answer") {
        this.waiting.get(data.id)?.(data.result);
        this.waiting.delete(data.id);
      }
      if (data.kind === "ready") {
        this.isReady = true;
        window.clearTimeout(this.silence);
        this.emit("loaderstart");
        this.emit("ready");
      }
      if (data.kind === "change") this.emit("change", { complete: data.complete, empty: data.empty, collapsed: false, value: { type: "card" } });
      if (data.kind === "focus" || data.kind === "blur") this.emit(data.kind);
    }

    ask(kind, values = {}) {
      if (!this.isReady) return Promise.reject(new IntegrationError("The Payment Element must be mounted and ready."));
      return new Promise((resolve) => {
        const id = crypto.randomUUID?.() ?? String(Math.random());
        this.waiting.set(id, resolve);
        this.frame.contentWindow.postMessage({ kind, id, ...values }, home);
      });
    }

    update(options) {
      Object.assign(this.options, options);
      if (this.isReady) this.ask("update", options);
    }

    focus() { this.ask("focus"); }
    clear() { this.ask("clear"); }
    collapse() {}

    unmount() {
      window.removeEventListener("message", this.listen);
      window.clearTimeout(this.silence);
      this.frame?.remove();
      this.frame = null;
      this.isReady = false;
    }

    destroy() { this.unmount(); }
  }

  function makeElements(options) {
    let payment = null;
    return {
      get clientSecret() { return options.clientSecret; },
      isSubmitted: false,
      create(kind, ownOptions = {}) {
        if (kind !== "payment") throw new IntegrationError(`The element “${kind}” is not emulated.`);
        if (payment) throw new IntegrationError("Can only create one Element of type payment.");
        payment = new PaymentElement({ locale: options.locale, appearance: options.appearance, ...ownOptions });
        return payment;
      },
      getElement: (kind) => (kind === "payment" ? payment : null),
      async submit() {
        const { error } = await payment.ask("submit");
        this.isSubmitted = !error;
        return error ? { error } : { selectedPaymentMethod: "card" };
      },
      update(changes) {
        Object.assign(options, changes);
        payment?.update(changes);
      },
      fetchUpdates: async () => ({}),
    };
  }

  function billing(data = {}, path = "payment_method_data") {
    return Object.entries(data).reduce((flat, [name, value]) => {
      const inner = value && typeof value === "object" ? billing(value, `${path}[${name}]`) : { [`${path}[${name}]`]: value };
      return { ...flat, ...inner };
    }, {});
  }

  window.Stripe = (key, { stripeAccount: account, locale } = {}) => {
    if (typeof key !== "string" || !key.startsWith("pk_test_")) throw new IntegrationError("Please call Stripe() with your publishable key.");
    const identity = (secret) => ({ key, client_secret: secret, ...(account ? { _stripe_account: account } : {}) });

    async function retrieve(secret) {
      try {
        const answer = await fetch(`${home}/v1/payment_intents/${secret.split("_secret_")[0]}?${new URLSearchParams(identity(secret))}`);
        const body = await answer.json();
        return answer.ok ? { paymentIntent: body } : { error: body.error };
      } catch {
        return { error: CONNECTION };
      }
    }

    // Shows the bank's question until it is answered; closing it is a “no”.
    function challenge(secret, options) {
      return new Promise((resolve) => {
        const dialog = document.createElement("dialog");
        const title = titles(options.locale).challenge;
        const values = { key, client_secret: secret, ...(account ? { account } : {}), ...look(options) };
        const frame = makeFrame("challenge.html", title, values);
        frame.style.height = "16rem";
        dialog.setAttribute("aria-label", title);
        dialog.style.width = "min(30rem, 90vw)";
        dialog.style.padding = "0";
        dialog.append(frame);
        document.body.append(dialog);
        const finish = async () => {
          window.removeEventListener("message", listen);
          dialog.remove();
          resolve(outcome(await retrieve(secret)));
        };
        const listen = ({ source, origin, data }) => {
          if (source === frame.contentWindow && origin === home && data.source === "challenge") finish();
        };
        window.addEventListener("message", listen);
        dialog.addEventListener("cancel", async (event) => {
          event.preventDefault();
          const { client_secret, _stripe_account } = identity(secret);
          const refusal = { key, client_secret, passed: "false", ...(_stripe_account ? { _stripe_account } : {}) };
          await fetch(`${home}/_browser/challenge`, { method: "POST", body: new URLSearchParams(refusal) }).catch(() => {});
          finish();
        });
        dialog.showModal();
      });
    }

    function outcome(result) {
      const intent = result.paymentIntent;
      return intent?.last_payment_error ? { error: { ...intent.last_payment_error, payment_intent: intent } } : result;
    }

    return {
      elements: (options = {}) => makeElements({ locale, ...options }),
      retrievePaymentIntent: retrieve,
      async handleNextAction({ clientSecret }) {
        const result = await retrieve(clientSecret);
        return result.paymentIntent?.status === "requires_action" ? challenge(clientSecret, { locale }) : result;
      },
      async confirmPayment({ elements, clientSecret, confirmParams = {}, redirect = "always" }) {
        const secret = clientSecret ?? elements?.clientSecret;
        const payment = elements?.getElement("payment");
        if (!secret) throw new IntegrationError("confirmPayment() needs a clientSecret.");
        if (!payment) throw new IntegrationError("confirmPayment() is emulated with a Payment Element only.");
        if (redirect === "always" && !confirmParams.return_url) throw new IntegrationError("confirmPayment() needs confirmParams.return_url.");
        if (!elements.clientSecret && !elements.isSubmitted) throw new IntegrationError("elements.submit() must be called before confirmPayment().");
        const { payment_method_data: data, ...rest } = confirmParams;
        // Redirects are made here, so that the bank's question opens on top of the page.
        const params = { ...rest, ...billing(data) };
        let result = await payment.ask("confirm", { key, secret, account, params });
        if (result.paymentIntent?.status === "requires_action") result = await challenge(secret, payment.options);
        if (result.error || redirect === "if_required") return result;
        const next = new URL(confirmParams.return_url);
        next.searchParams.set("payment_intent", result.paymentIntent.id);
        next.searchParams.set("payment_intent_client_secret", secret);
        next.searchParams.set("redirect_status", result.paymentIntent.status === "processing" ? "processing" : "succeeded");
        window.location.assign(next);
        return new Promise(() => {});
      },
    };
  };
})();
