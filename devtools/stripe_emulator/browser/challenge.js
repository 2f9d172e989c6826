document.getElementById("complete").addEventListener("click", () => parent.postMessage({ kind: "challenge", passed: true }, "*"));
document.getElementById("fail").addEventListener("click", () => parent.postMessage({ kind: "challenge", passed: false }, "*"));
