"""Records that somebody else saves in the same moment."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _


class ToldWhenTaken:
    """Says at a field of the form that somebody has just saved the same; what was typed stays."""

    unique_field = "name"

    def form_valid(self, form):
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except IntegrityError:
            form.add_error(
                self.unique_field, _("Somebody has saved the same at this moment. Please choose another one.")
            )
            return self.form_invalid(form)
