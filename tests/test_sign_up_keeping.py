"""What was promised to guardians: thirty days after the activity nobody's name is kept."""

from activities.signup import keeping, queries
from activities.signup.party import Party, Person
from activities.signup.terms import terms_of
from models import times
from models.signup import Entry, EntryPerson
from tests.test_sign_up import by_day, opened, signs_up
from tests.world import World


def cleans_up(world: World) -> int:
    done = 0
    for part in keeping.PARTS:
        with world.database.units() as session:
            done += part(session, times.now())
    return done


def test_names_ages_and_phones_go_and_figures_stay(world: World) -> None:
    by_day(world)
    talk = opened(world, seats=2)
    family = Party((Person("小林", 35), Person("林小小", 6)), phone="13800138000", guardian_agrees=True)
    signs_up(world, talk, "a", family)
    world.passes(days=39)
    assert cleans_up(world) == 0
    world.passes(days=3)
    assert (cleans_up(world), cleans_up(world)) == (3, 0)
    assert world.count(EntryPerson, EntryPerson.name != "") == 0
    assert world.count(Entry, Entry.phone != "") == 0
    with world.database.reading() as session:
        terms = terms_of(session, talk)
        assert terms is not None
        assert queries.standing(session, terms).people == 2
