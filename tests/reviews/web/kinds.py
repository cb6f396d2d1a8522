"""A part of the elements of a page that shows every contrast which the whole page has."""

OF_EACH_KIND = """window.ofEachKind = () => {
    const style = ["display", "visibility", "opacity", "color", "backgroundColor", "backgroundImage", "fontSize",
        "fontWeight", "textShadow", "textDecorationLine", "position", "overflow", "clipPath", "filter", "mixBlendMode"];
    const words = (each) => [...each.childNodes].filter((part) => part.nodeType === 3)
        .map((part) => part.data.trim()).join("").length;
    const kinds = new Map(), numbers = new Map(), seen = new Map();
    const kind = (each) => {
        if (each === document.documentElement) return 0;
        if (!numbers.has(each)) {
            const {width, height, right, bottom} = each.getBoundingClientRect(), computed = getComputedStyle(each);
            const key = JSON.stringify([kind(each.parentElement), each.tagName, Math.min(words(each), 2),
                width > 1, height > 1, right > 0, bottom > 0,
                each.disabled, each.getAttribute("role"), each.getAttribute("aria-disabled"),
                ...style.map((name) => computed[name])]);
            if (!kinds.has(key)) kinds.set(key, kinds.size + 1);
            numbers.set(each, kinds.get(key));
        }
        return numbers.get(each);
    };
    return [...document.body.querySelectorAll("*")].filter((each) => {
        if (!words(each) && !each.matches("input, select, textarea")) return false;
        seen.set(kind(each), (seen.get(kind(each)) || 0) + 1);
        return seen.get(kind(each)) <= 3;
    });
};"""
"""Finds the elements with words, or to type words into, but only the first three of each kind.

Elements are of a kind if all that their contrast depends on is alike: whether and how they are shown, their colours and
size, and those of everything that they are in.
"""
