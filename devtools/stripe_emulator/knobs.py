"""The knobs below `/_emulator/`: what happens at Stripe and at banks, and what goes wrong. JSON in, JSON out.

`account` is the part of the key after `sk_test_`; `stripe_account` names a connected account of it.
"""

from collections.abc import Callable
from typing import Any

from devtools.stripe_emulator import disputes, intents, payouts, refunds
from devtools.stripe_emulator.account import Account, Object, public
from devtools.stripe_emulator.emulator import Emulator, Failure
from devtools.stripe_emulator.errors import ApiError, invalid

Values = dict[str, Any]


def turn(emulator: Emulator, knob: str, values: Values) -> Any:
    """Turn a knob and return its answer. Raises `ApiError`."""
    run = KNOBS.get(knob)
    if run is None:
        raise invalid(f"No such knob: {knob}. There are {', '.join(KNOBS)}.", status=404)
    return run(emulator, values)


def _reset(emulator: Emulator, _values: Values) -> Values:
    emulator.reset()
    return {}


def _delivery(emulator: Emulator, values: Values) -> Values:
    emulator.deliverer.turn(values)
    return dict(emulator.deliverer.knobs)


def _deliver(emulator: Emulator, values: Values) -> Values:
    if "event" in values:
        emulator.send_again(_name(values), values["event"])
    emulator.deliverer.force()
    return {}


def _deliveries(emulator: Emulator, _values: Values) -> Values:
    sent = list(emulator.deliverer.log)
    return {"data": [{**entry, "type": emulator.type_of(entry["event"])} for entry in sent]}


def _drain(emulator: Emulator, values: Values) -> Values:
    is_drained = emulator.deliverer.drain(float(values.get("seconds", 10)))
    return {"drained": is_drained, "waiting": len(emulator.deliverer.waiting())}


def _fail_next(emulator: Emulator, values: Values) -> Values:
    when = values.get("when", "before")
    how = values.get("how", "error" if when == "before" else "drop")
    if when not in ("before", "after") or how not in ("error", "drop", "timeout", "hold", "forbidden"):
        raise invalid("`when` is before or after; `how` is error, drop, timeout, hold or forbidden.")
    with emulator.lock:
        emulator.failures += [Failure(when, how, values.get("path", "")) for _call in range(values.get("count", 1))]
    return {}


def _held(emulator: Emulator, values: Values) -> Values:
    with emulator.called:
        emulator.called.wait_for(lambda: bool(emulator.held), float(values.get("seconds", 10)))
        return {"held": len(emulator.held)}


def _release(emulator: Emulator, _values: Values) -> Values:
    with emulator.lock:
        count = len(emulator.held)
        emulator.release()
    return {"released": count}


def _forget_keys(emulator: Emulator, values: Values) -> Values:
    emulator.forget_keys(_name(values))
    return {}


def _confirm(emulator: Emulator, values: Values) -> Any:
    params = {"payment_method": values.get("payment_method", "pm_card_visa")}
    path = f"/v1/payment_intents/{values['payment_intent']}/confirm"
    answer = emulator.call(_name(values), "POST", path, params)
    if answer.status != 200:
        raise ApiError.of(answer.status, answer.body)
    return answer.body


def _dispute(emulator: Emulator, values: Values) -> Object:
    def run(account: Account) -> Object:
        intent = account.find("payment_intents", values["payment_intent"])
        charge = account.find("charges", intent["latest_charge"] or "")
        return disputes.open_dispute(
            account,
            charge,
            status=values.get("status", "needs_response"),
            amount=values.get("amount"),
            reason=values.get("reason", "fraudulent"),
            answer_seconds=values.get("answer_seconds", disputes.ANSWER_SECONDS),
        )

    return _change(emulator, values, run)


def _fraud_warning(emulator: Emulator, values: Values) -> Object:
    def run(account: Account) -> Object:
        intent = account.find("payment_intents", values["payment_intent"])
        charge = account.find("charges", intent["latest_charge"] or "")
        return disputes.warn(account, charge, fraud_type=values.get("fraud_type", "made_with_stolen_card"))

    return _change(emulator, values, run)


def _advance(emulator: Emulator, values: Values) -> Object:
    def run(account: Account) -> Object:
        status = values.get("status", "")
        if "next_refund_status" in values:
            if values["next_refund_status"] not in refunds.STATUSES:
                raise invalid("No such status of a refund.", param="next_refund_status")
            account.data["next_refund_status"] = values["next_refund_status"]
            return {}
        if "refund" in values:
            reason = values.get("reason", "expired_or_canceled_card")
            return refunds.change_refund(account, values["refund"], status=status, reason=reason)
        if "dispute" in values:
            return disputes.change_dispute(account, values["dispute"], status=status)
        if status == "processing":
            return intents.process_slowly(account, values["payment_intent"])
        if status == "expired":
            return intents.expire_authorisation(account, values["payment_intent"])
        if status in ("challenge_passed", "challenge_failed"):
            return intents.answer_challenge(account, values["payment_intent"], passed=status == "challenge_passed")
        if status not in ("", "succeeded", "failed"):
            raise invalid(
                "A payment is advanced to processing, succeeded, failed, expired, challenge_passed or challenge_failed."
            )
        return intents.settle(
            account, values["payment_intent"], succeeded=None if not status else status == "succeeded"
        )

    return _change(emulator, values, run)


def _payout(emulator: Emulator, values: Values) -> Object:
    def run(account: Account) -> Object:
        if values.get("status") == "failed":
            return payouts.fail_payout(account, values["payout"])
        currency = values.get("currency", "eur")
        amount = values.get("amount", payouts.balance(account, currency))
        return payouts.create_payout(account, {"amount": amount, "currency": currency})

    return _change(emulator, values, run)


def _move(emulator: Emulator, values: Values) -> Object:
    def run(account: Account) -> Object:
        return payouts.move_balance(
            account,
            amount=values["amount"],
            currency=values.get("currency", "eur"),
            kind=values.get("kind", "adjustment"),
            description=values.get("description", ""),
        )

    return _change(emulator, values, run)


def _change(emulator: Emulator, values: Values, run: Callable[[Account], Object]) -> Object:
    with emulator.lock:
        try:
            changed: Object = public(run(emulator.account(_name(values))))
        except KeyError as error:
            raise invalid(f"Missing value: {error}.") from error
        emulator.save()
        return changed


def _name(values: Values) -> str:
    return f"{values.get('account', '')}/{values.get('stripe_account', '')}"


KNOBS: dict[str, Callable[[Emulator, Values], Any]] = {
    "reset": _reset,
    "delivery": _delivery,
    "deliver": _deliver,
    "deliveries": _deliveries,
    "drain": _drain,
    "fail_next": _fail_next,
    "held": _held,
    "release": _release,
    "forget_keys": _forget_keys,
    "confirm": _confirm,
    "dispute": _dispute,
    "fraud_warning": _fraud_warning,
    "advance": _advance,
    "payout": _payout,
    "move": _move,
}
