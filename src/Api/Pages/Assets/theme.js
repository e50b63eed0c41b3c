// Runs before anything is painted: the theme that the reader chose, so that no page flashes in the other one.
document.documentElement.dataset.theme = localStorage.getItem("concat.theme") ?? "auto";
