// Eleventy doing the same work: posts with their interactions from a dictionary of one's own, lists by tag and category.
import fs from "node:fs";
import highlight from "@11ty/eleventy-plugin-syntaxhighlight";

const interactions = JSON.parse(fs.readFileSync("interactions.json", "utf-8"));
const day = (date) => date.toISOString().slice(0, 10);

export default function (config) {
  config.addPlugin(highlight);
  config.addFilter("interactionsAt", (url) => interactions[url] ?? []);
  config.addFilter("day", day);
  config.addFilter("iso", (date) => date.toISOString());
  config.addCollection("everything", (api) => api.getFilteredByGlob("posts/*.md").reverse());
  config.addCollection("categories", (api) => {
    const found = new Map();
    for (const post of api.getFilteredByGlob("posts/*.md").reverse()) {
      const name = post.data.category;
      if (!found.has(name)) found.set(name, []);
      found.get(name).push(post);
    }
    return [...found].map(([name, posts]) => ({ name, posts }));
  });
  return { markdownTemplateEngine: false, dir: { input: ".", includes: "_includes", output: "output" } };
}
