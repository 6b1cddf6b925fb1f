const day = element.querySelector("input"); // the browser's calendar: the field takes "2019" too
element.querySelector("button").onclick = () => day.showPicker();
day.onchange = () => trigger("pick", { day: day.value });
