"""The classes of generated shapes and their parts. The rule files import this: no NumPy here."""

COMPOSITE = "composite"  # shapes of no class; made where a data set asks for them

PARTS: dict[str, tuple[str, ...]] = {
    "airplane": ("fuselage", "wing", "tail", "engine", "gear"),
    "bed": ("frame", "mattress", "headboard", "pillow", "leg"),
    "bottle": ("body", "neck", "cap", "handle"),
    "cabinet": ("body", "shelf", "door", "handle", "leg"),
    "car": ("body", "cabin", "wheel"),
    COMPOSITE: ("solid",),
    "chair": ("seat", "back", "leg", "arm"),
    "guitar": ("body", "neck", "head", "stand"),
    "lamp": ("base", "pole", "shade"),
    "monitor": ("screen", "stand", "base"),
    "mug": ("cup", "handle"),
    "sofa": ("seat", "back", "arm", "leg"),
    "table": ("top", "leg", "shelf"),
}
CLASSES: tuple[str, ...] = tuple(sorted(PARTS.keys() - {COMPOSITE}))  # of everyday things
