const look = () => fetch("/health/live", { cache: "no-store" }).then((answer) => answer.ok, () => false).then((up) => (up ? location.reload() : setTimeout(look, 2000)));
setTimeout(look, 2000);
