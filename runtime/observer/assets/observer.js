// Keeps a page of the observer live: it fetches the page it is on again and
// again and changes what has changed, so that the focus, the selection and
// what is open stay. Without it the pages work, but stand still.
"use strict";

const live = document.getElementById("live");
const statusLine = document.getElementById("status");
const pause = document.getElementById("pause");
const form = document.querySelector("form[data-live]");
const search = document.getElementById("q");

const least = 1000; // milliseconds between two looks
let paused = false;
let timer = 0;
let asked = 0; // numbers the looks: only the answer to the last one counts
let lostSince = null;

// morph makes the node like the other one and changes no more than it must.
// Elements with an id are the same if their ids are.
function morph(node, like) {
	if (node.nodeType !== Node.ELEMENT_NODE) {
		if (node.data !== like.data) node.data = like.data;
		return;
	}
	for (const { name } of [...node.attributes]) {
		if (!like.hasAttribute(name) && !isReaders(node, name)) node.removeAttribute(name);
	}
	for (const { name, value } of like.attributes) {
		if (node.getAttribute(name) !== value && !isReaders(node, name)) node.setAttribute(name, value);
	}
	morphChildren(node, like);
}

// isReaders says that the attribute is the reader's own, not the server's.
function isReaders(node, name) {
	return name === "open" && node.localName === "details";
}

function morphChildren(node, like) {
	const byID = new Map();
	for (const child of node.children) {
		if (child.id) byID.set(child.id, child);
	}
	let at = node.firstChild;
	for (const want of [...like.childNodes]) {
		let have = want.id ? byID.get(want.id) : at;
		if (have && (have.nodeName !== want.nodeName || (have.id || "") !== (want.id || ""))) have = null;
		if (!have) {
			node.insertBefore(document.importNode(want, true), at);
			continue;
		}
		if (have === at) at = at.nextSibling;
		else node.insertBefore(have, at);
		morph(have, want);
	}
	while (at) {
		const gone = at;
		at = at.nextSibling;
		gone.remove();
	}
}

// filter hides at once what the search does not find; the next look has the
// server search among what is not listed.
function filter() {
	const q = search.value.toLowerCase();
	for (const row of live.querySelectorAll("tr[data-search]")) {
		row.hidden = !row.dataset.search.includes(q);
	}
	for (const root of live.querySelectorAll(".tree > li")) show(root, q);
}

// show shows a node of the tree if it, or what is above or below it, is found.
function show(item, q) {
	const children = item.querySelectorAll(":scope > details > ul > li[data-search]");
	const found = item.dataset.search.includes(q);
	let below = false;
	for (const child of children) below = show(child, found ? "" : q) || below;
	item.hidden = !found && !below;
	if (q && below) item.querySelector(":scope > details").open = true;
	return !item.hidden;
}

function report(text, lost) {
	document.body.classList.toggle("lost", lost);
	if (statusLine.textContent !== text) statusLine.textContent = text;
}

async function look() {
	clearTimeout(timer);
	const mine = ++asked;
	const began = performance.now();
	let wait = least;
	try {
		const answer = await fetch(location.href, {
			headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(10000),
		});
		const text = await answer.text();
		if (mine !== asked) return;
		// A process that has gone is an answer; a proxy's error page is none.
		const like = new DOMParser().parseFromString(text, "text/html").getElementById("live");
		if (!like) throw new Error(`status ${answer.status}`);
		morph(live, like);
		if (form) filter();
		lostSince = null;
		report("live", false);
		wait = Math.max(least, 10 * (performance.now() - began)); // what costs much is asked for less often
	} catch (problem) {
		if (mine !== asked) return;
		lostSince ??= new Date();
		report(`connection lost at ${lostSince.toLocaleTimeString()}, trying again`, true);
	}
	if (!paused && !document.hidden) timer = setTimeout(look, wait);
}

function start() {
	report("live", false);
	pause.hidden = false;
	pause.addEventListener("click", () => {
		paused = !paused;
		pause.textContent = paused ? "Go on" : "Pause";
		if (paused) {
			asked++; // an answer that is under way comes too late
			clearTimeout(timer);
			report("paused", false);
		} else {
			look();
		}
	});
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden && !paused) look();
	});
	if (form) {
		form.addEventListener("submit", (event) => { event.preventDefault(); look(); });
		search.addEventListener("input", () => {
			const url = new URL(location.href);
			if (search.value) url.searchParams.set("q", search.value);
			else url.searchParams.delete("q");
			history.replaceState(null, "", url);
			filter();
			clearTimeout(timer);
			if (!paused) timer = setTimeout(look, 200);
		});
	}
	timer = setTimeout(look, least);
}

start();
