from tenancy.scope import every_organization
from tests.isolation.canaries import text_columns, texts_without_word
from tests.isolation.exceptions import NO_ROWS, NOT_WORDS
from tests.isolation.rows import first_key, protected_models


def _without_rows(side) -> set[str]:
    with every_organization():
        return {model._meta.label for model in protected_models() if first_key(model, side.organization.pk) is None}


def test_every_model_has_a_row_in_both_organizations(world):
    assert _without_rows(world.own) == set(NO_ROWS)
    assert _without_rows(world.foreign) == set(NO_ROWS)


def test_every_text_says_whose_it_is(world):
    with every_organization():
        assert texts_without_word(world.own.canaries, world.own.organization.pk) == {}
        assert texts_without_word(world.foreign.canaries, world.foreign.organization.pk) == {}


def test_columns_left_out_are_there_and_no_choices(world):
    with every_organization():
        columns = {f"{table}.{column}" for table, columns in text_columns(but=()).items() for column in columns}
    assert set(NOT_WORDS) - columns == set()
