"""Records that somebody else saves in the same moment."""

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation


class ToldWhenTaken:
    """Says at a field of the form that somebody has just saved the same; what was typed stays.

    Only when the database refuses the value of that field because it is there already: any other refusal is an error of ours.
    """

    unique_field = "name"

    def form_valid(self, form):
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except IntegrityError as error:
            if self.unique_field not in columns_taken(error.__cause__):
                raise
            form.add_error(
                self.unique_field, _("Somebody has saved the same at this moment. Please choose another one.")
            )
            return self.form_invalid(form)


def columns_taken(error):
    """Return the columns whose values are in another row already, as the database's refusal says; nothing for other refusals."""
    if not isinstance(error, UniqueViolation):
        return []
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, error.diag.table_name)
    return constraints[error.diag.constraint_name]["columns"]
