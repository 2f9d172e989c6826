"""What Harbour Walks has to do: a project with milestones, tasks, papers of guests, and what it wants to be told of."""

from typing import Final

from devtools.demo_content.shapes import DemoPaper, DemoProject, DemoRule, DemoTask

TASKS: Final = (
    DemoTask(
        "Call Clara Whitfield about the lift at Baumwall",
        "manager",
        due=0,
        priority=3,
        notes="She comes with a pram. The works say the lift runs again from noon.",
        guest="clara.whitfield@guest.example",
    ),
    DemoTask(
        "Order twelve new headsets",
        "manager",
        due=-2,
        notes="Three of the old ones crackle.",
        steps=("Ask for two offers", "Compare batteries", "Order"),
    ),
    DemoTask("Check the bank for Jonas Petersen's transfer", "owner", due=3, guest="jonas.petersen@guest.example"),
    DemoTask("Wash the rain capes", "guide", due=1, priority=1),
)

PROJECTS: Final = (
    DemoProject(
        "Evening walk on the water",
        "A second evening tour, by launch. On sale for the season once the licence is there.",
        "owner",
        begins=-20,
        ends=40,
        milestones=(("Launch found", -6, True), ("Licence granted", 12, False), ("On sale", 35, False)),
        tasks=(
            DemoTask(
                "Ask three owners of launches", "owner", due=-8, begins=-18, state="done", milestone="Launch found"
            ),
            DemoTask("Apply for the licence", "manager", due=4, begins=-5, state="in_progress", priority=4,
                     steps=("Proof of insurance", "List of crew", "Plan of the landing stage"), milestone="Licence granted"),
            DemoTask("Write the stops and their stories", "editor", due=16, begins=2),
            DemoTask("Walk the route with Piet", "guide", due=18, begins=17, after="Write the stops and their stories"),
            DemoTask("Take pictures at dusk", "editor", due=22, begins=19, state="waiting",
                     after="Walk the route with Piet", milestone="On sale"),
            DemoTask("Put the tour on sale", "manager", due=30, begins=26, after="Apply for the licence",
                     milestone="On sale"),
        ),
    ),
)  # fmt: skip

PAPERS: Final = (
    DemoPaper(
        "clara.whitfield@guest.example",
        "Consent to pictures, Whitfield group",
        "The Whitfield group agrees that pictures of the walk are shown on the site of Harbour Walks.",
        days=12,
    ),
)

RULES: Final = (DemoRule("Booked, and no number to reach them on the day", {"ordered_days": 60, "missing": ["phone"]}),)
