"""What is wrong with how a page looks, measured in the browser."""

# Lines of text that leave the screen, are cut by a box around them, or lie over another. Only what
# matches `short` may end in dots; even there no line is cut across.
FAULTS = """(root, short) => {
    const faults = [], seen = [];
    const upTo = (node) => node === root ? [node] : [node, ...upTo(node.parentElement)];
    const clips = (node) => getComputedStyle(node).overflow !== 'visible';
    const words = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (words.nextNode()) {
        const text = words.currentNode, parent = text.parentElement;
        if (!text.data.trim() || parent.closest('.visually-hidden')) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        const size = parseFloat(getComputedStyle(parent).fontSize);
        const boxes = upTo(parent).filter(clips).map((node) => node.getBoundingClientRect());
        for (const line of range.getClientRects()) {
            const told = `${text.data.trim()}, ${Math.round(size)} px`;
            // Ink is less high than a line, and letters lean out of their boxes a little.
            const ink = {left: line.left + 2, right: line.right - 2,
                         top: line.top + 0.15 * size, bottom: line.bottom - 0.15 * size};
            const whole = {...ink};
            for (const box of boxes) {
                ink.left = Math.max(ink.left, box.left);
                ink.right = Math.min(ink.right, box.right);
                ink.top = Math.max(ink.top, box.top);
                ink.bottom = Math.min(ink.bottom, box.bottom);
            }
            const isHidden = ink.left >= ink.right || ink.top >= ink.bottom;
            const isNarrower = ink.right - ink.left < whole.right - whole.left;
            const isShorter = ink.bottom - ink.top < whole.bottom - whole.top;
            if (!parent.closest(short) && (isNarrower || isShorter)) faults.push(`cut: ${told}`);
            if (isHidden) continue;
            if (isShorter) faults.push(`cut across: ${told}`);
            if (ink.left < 0 || ink.top < 0 || ink.right > innerWidth || ink.bottom > innerHeight)
                faults.push(`off the screen: ${told}`);
            for (const other of seen)
                if (other.text !== text && ink.left < other.right && other.left < ink.right
                    && ink.top < other.bottom && other.top < ink.bottom)
                    faults.push(`over ${other.text.data.trim()}: ${told}`);
            seen.push({...ink, text});
        }
    }
    return [...new Set(faults)];
}"""

# What has just changed its size is drawn within a few frames, and not before the second.
SETTLED = f"""async (root, short) => {{
    const look = {FAULTS};
    for (let frame = 0; frame < 2 || (look(root, short).length && frame < 60); frame += 1)
        await new Promise(requestAnimationFrame);
    return look(root, short);
}}"""


def faults(region, short: str) -> list[str]:
    """Return what is cut, off the screen or covered; what matches `short` may end in dots."""
    return region.evaluate(SETTLED, short)
