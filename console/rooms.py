"""The rooms of the console: each adds its pages to the blueprint. A new room is a line here and an entry in menu.py."""

from collections.abc import Callable

from flask import Blueprint

from console import (
    activities,
    activity_days,
    activity_edit,
    activity_new,
    activity_pictures,
    activity_together,
    branch_hours,
    branch_list,
    branch_merging,
    branch_names,
    branches,
    closures,
    figures,
    holidays,
    outbox,
    people,
    plan_check,
    plan_publish,
    plan_rows,
    plans,
    readers,
    records,
    signing,
    today,
    ways,
)
from console.desk import Desk

ROOMS: tuple[Callable[[Desk, Blueprint], None], ...] = (
    signing.register,
    today.register,
    activities.register,
    activity_edit.register,
    activity_together.register,
    activity_new.register,
    activity_pictures.register,
    plans.register,
    plan_check.register,
    plan_rows.register,
    plan_publish.register,
    activity_days.register,
    branch_list.register,
    branches.register,
    branch_names.register,
    branch_hours.register,
    branch_merging.register,
    closures.register,
    holidays.register,
    figures.register,
    outbox.register,
    ways.register,
    readers.register,
    records.register,
    people.register,
)
