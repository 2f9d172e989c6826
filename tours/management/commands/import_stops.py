from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from tenancy.models import Organization
from tenancy.scope import every_organization, organization_scope
from tours.models import Tour
from tours.operations import import_stops
from tours.rules import MAX_FILE_BYTES, FileRefused, guess_mapping, points_of, read_stop_file

# Beyond these, they say the same again.
MOST_REMARKS = 20


class Command(BaseCommand):
    help = (
        "Makes the points of a GeoJSON file places and ordered stops of a tour. A repeat updates what it made before."
    )

    def add_arguments(self, parser):  # type: ignore[no-untyped-def]
        parser.add_argument("file", type=Path, help="The GeoJSON file.")
        parser.add_argument("--organization", required=True, metavar="SLUG", help="Whose tour it is.")
        parser.add_argument("--tour", required=True, metavar="SLUG", help="Short name of the tour.")
        parser.add_argument("--source", help="Sets ids apart from those of other files. Default: the file's name.")
        parser.add_argument("--name-field", metavar="FIELD", help="Names the stops. Default: guessed.")
        parser.add_argument("--name-prefix", default="", metavar="TEXT", help="Put before each name, such as “Sign ”.")
        parser.add_argument("--order-field", metavar="FIELD", help="Numbers the stops. Default: guessed; '' for none.")
        parser.add_argument("--id-field", metavar="FIELD", help="Tells features apart. Default: guessed; '' for none.")
        parser.add_argument(
            "--text-field", metavar="FIELD", help="How to find the place. Default: guessed; '' for none."
        )
        parser.add_argument("--tags-field", metavar="FIELD", help="Tags of the place. Default: guessed; '' for none.")
        parser.add_argument(
            "--filter", action="append", default=[], metavar="FIELD=VALUE", help="Takes only these; may be repeated."
        )
        parser.add_argument("--title-case", action="store_true", help="Writes names in capitals as titles.")
        parser.add_argument(
            "--replace", action="store_true", help="Removes stops of the tour that are not in the file."
        )
        parser.add_argument("--dry-run", action="store_true", help="Reports what would be done, and does nothing.")

    def handle(self, **options):  # type: ignore[no-untyped-def]
        path = options["file"]
        try:
            with path.open("rb") as file:
                raw = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        with every_organization():
            organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization “{options['organization']}”.")
        with organization_scope(organization.pk):
            tour = Tour.objects.filter(slug=options["tour"]).first()
            if tour is None:
                raise CommandError(f"{organization} has no tour “{options['tour']}”.")
            try:
                stop_file = read_stop_file(raw)
                mapping = self._mapping(stop_file, options)
                points = points_of(stop_file, mapping)
                self._report_reading(stop_file, mapping, points)
                done = import_stops(tour, points=points, replace=options["replace"], dry_run=options["dry_run"])
            except FileRefused as error:
                raise CommandError(f"{error} Nothing was changed.") from error
        self._report_import(done, dry_run=options["dry_run"])

    def _mapping(self, stop_file, options):  # type: ignore[no-untyped-def]
        mapping = guess_mapping(stop_file, source=options["source"] or options["file"].stem)
        chosen = {
            name: options[name]
            for name in ("name_field", "order_field", "id_field", "text_field", "tags_field")
            if options[name] is not None
        }
        filters = []
        for text in options["filter"]:
            name, equals, value = text.partition("=")
            if not equals:
                raise CommandError(f"“{text}” is no filter such as CITY=Hamburg.")
            filters.append((name, value))
        return replace(
            mapping,
            **chosen,
            name_prefix=options["name_prefix"],
            title_case=options["title_case"],
            filters=tuple(filters),
        )

    def _report_reading(self, stop_file, mapping, points):  # type: ignore[no-untyped-def]
        self.stdout.write(
            f"Read {len(stop_file.features)} features ({stop_file.encoding}): name from {mapping.name_field or '–'},"
            f" order from {mapping.order_field or '–'}, id from {mapping.id_field or '–'},"
            f" text from {mapping.text_field or '–'}, tags from {mapping.tags_field or '–'}, source {mapping.source}."
        )
        if points.filtered_out:
            self.stdout.write(f"Left out by the filter: {points.filtered_out}")
        for note in points.skipped:
            self.stdout.write(f"Skipped feature {note.number}{f' ({note.name})' if note.name else ''}: {note.reason}")
        for note in points.remarks[:MOST_REMARKS]:
            self.stdout.write(f"Feature {note.number} ({note.name}): {note.reason}")
        if len(points.remarks) > MOST_REMARKS:
            self.stdout.write(
                f"… and {len(points.remarks) - MOST_REMARKS} more such features."
                " If the file holds several tours, take one of them with --filter."
            )

    def _report_import(self, done, *, dry_run):  # type: ignore[no-untyped-def]
        for label, names in (
            ("Places added", done.places_added),
            ("Places changed", done.places_changed),
            ("Places as they were", done.places_unchanged),
            ("New tags", done.tags_added),
            ("Stops added", done.stops_added),
            ("Stops removed", done.stops_removed),
        ):
            shown = f": {', '.join(names)}" if names and not label.startswith("Places") else ""
            self.stdout.write(f"{label} {len(names)}{shown}")
        for old, new in done.places_renamed:
            self.stdout.write(f"Place renamed: {old} → {new}")
        self.stdout.write("This was a dry run; nothing was changed." if dry_run else "Done.")
