// The pages that the other generators make, and no more.
import syntaxHighlight from "@11ty/eleventy-plugin-syntaxhighlight";

const PAGE_SIZE = 10;
const LONG = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

const newestFirst = (api) => api.getFilteredByGlob("src/articles/*.md").reverse();

// A pagination of Eleventy's goes over one list: here over every page of every tag.
function tagPages(api) {
  const filed = new Map();
  for (const article of newestFirst(api)) {
    for (const tag of article.data.tags) {
      if (!filed.has(tag)) filed.set(tag, []);
      filed.get(tag).push(article);
    }
  }
  const pages = [];
  for (const tag of [...filed.keys()].sort()) {
    const articles = filed.get(tag);
    const total = Math.ceil(articles.length / PAGE_SIZE);
    for (let number = 1; number <= total; number++) {
      const items = articles.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE);
      pages.push({ tag, number, total, items, count: articles.length });
    }
  }
  return pages;
}

export default function (eleventyConfig) {
  eleventyConfig.addPlugin(syntaxHighlight);
  eleventyConfig.addCollection("newest", newestFirst);
  eleventyConfig.addCollection("tagPages", tagPages);
  eleventyConfig.addFilter("long", (date) => LONG.format(date));
  eleventyConfig.addFilter("iso", (date) => date.toISOString());
  return { dir: { input: "src" }, markdownTemplateEngine: false };
}
