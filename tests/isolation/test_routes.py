from tests.isolation.exceptions import ANSWERS_TO_FOREIGN_KEYS, UNVISITED
from tests.isolation.keys import Keys
from tests.isolation.routes import addresses, is_reached, routes


def test_every_route_is_visited_or_left_out_for_a_reason(world):
    own, foreign = Keys(world.own.organization), Keys(world.foreign.organization)
    visited = [route for route in routes() if route.label not in UNVISITED]
    asked = {route.label: addresses(route, own, foreign) for route in visited}
    assert [label for label, found in asked.items() if not found] == []
    assert [address.route.label for found in asked.values() for address in found if not is_reached(address)] == []


def test_routes_left_out_are_there():
    assert set(UNVISITED) - {route.label for route in routes()} == set()
    assert set(ANSWERS_TO_FOREIGN_KEYS) - {route.name for route in routes()} == set()


def test_every_key_in_an_address_is_tried_with_the_other_organizations_row(world):
    own, foreign = Keys(world.own.organization), Keys(world.foreign.organization)
    never = {
        route.name
        for route in routes()
        if route.label not in UNVISITED
        and any(f"int:{param}" in route.pattern or f"uuid:{param}" in route.pattern for param in route.params)
        and not any(address.foreign for address in addresses(route, own, foreign))
    }
    # Languages are the installation's.
    assert {name.partition(":")[0] for name in never} == {"wagtaillocales"}
