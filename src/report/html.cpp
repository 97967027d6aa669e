#include "report/html.h"

#include <fmt/format.h>
#include <openssl/evp.h>

namespace digits::html {

namespace {

// Class attribute of a verdict, after a class of its own.
std::string classes(const char* first, Verdict verdict) {
  if (verdict == Verdict::kNone) return first;
  return fmt::format("{} {}", first, name_of(verdict));
}

std::string base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EncodeBlock ends with a NUL
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

std::string cell_text(const Cell& cell) {
  if (cell.verdict == Verdict::kNone) return escape(cell.text);
  constexpr const char* kSigns[] = {"", "✓", "!", "✗"};  // for readers who see no colour
  return fmt::format("<span class='{}'>{} {}</span>", classes("badge", cell.verdict),
                     kSigns[static_cast<int>(cell.verdict)], escape(cell.text));
}

std::string caption_of(const std::string& text) {
  return text.empty() ? "" : fmt::format("<figcaption>{}</figcaption>", escape(text));
}

// Removes the style sheet, which the page has once for all charts.
std::string without_style(std::string svg) {
  const auto style = fmt::format("<style>{}</style>\n", chart_style());
  const auto at = svg.find(style);
  return at == std::string::npos ? svg : svg.erase(at, style.size());
}

}  // namespace

Markup paragraph(std::string_view text) { return {fmt::format("<p>{}</p>\n", escape(text))}; }

Markup heading(std::string_view text) { return {fmt::format("<h3>{}</h3>\n", escape(text))}; }

Markup preformatted(std::string_view text) {
  return {fmt::format("<pre class='scroll' tabindex='0'>{}</pre>\n", escape(text))};
}

Markup cards(const std::vector<Card>& cards) {
  Markup out{"<div class='cards'>\n"};
  for (const auto& card : cards) {
    out.text += fmt::format(
        "<dl class='{}'><dt>{}</dt><dd class='value'>{}</dd><dd class='detail'>{}</dd></dl>\n",
        classes("card", card.verdict), escape(card.label), escape(card.value), escape(card.detail));
  }
  return out + Markup{"</div>\n"};
}

Markup table(const Table& table) {
  const auto style = [](const Column& column) { return column.numeric ? " class='number'" : ""; };
  const auto caption = escape(table.caption);
  Markup out{fmt::format("<div class='scroll' role='region' tabindex='0' aria-label='{}'>\n<table>",
                         caption)};
  if (!caption.empty()) out.text += fmt::format("<caption>{}</caption>", caption);
  out.text += "\n<thead><tr>";
  for (const auto& column : table.columns) {
    out.text += fmt::format("<th scope='col'{}>{}</th>", style(column), escape(column.heading));
  }
  out.text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    out.text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const char* tag = i == 0 ? "th" : "td";
      out.text += fmt::format("<{0}{1}{2}>{3}</{0}>", tag, i == 0 ? " scope='row'" : "",
                              style(table.columns.at(i)), cell_text(row[i]));
    }
    out.text += "</tr>\n";
  }
  if (table.rows.empty()) {
    out.text += fmt::format("<tr><td colspan='{}'>none</td></tr>\n", table.columns.size());
  }
  return out + Markup{"</tbody></table></div>\n"};
}

Markup figures(const std::vector<Figure>& figures) {
  Markup out{"<div class='figures'>\n"};
  for (const auto& figure : figures) {
    out.text += fmt::format("<figure><div class='plot'>{}</div>{}</figure>\n",
                            without_style(figure.chart.text), caption_of(figure.caption));
  }
  return out + Markup{"</div>\n"};
}

Markup pictures(const std::vector<Picture>& pictures, int width) {
  Markup out{fmt::format(
      "<div class='pictures' style='grid-template-columns: repeat(auto-fill, min({}px, 100%))'>\n",
      width)};
  for (const auto& picture : pictures) {
    out.text +=
        fmt::format("<figure><img src='data:image/png;base64,{}' alt='{}'/>{}</figure>\n",
                    base64(picture.png), escape(picture.caption), caption_of(picture.caption));
  }
  return out + Markup{"</div>\n"};
}

Markup details(std::string_view summary, const Markup& content) {
  return {
      fmt::format("<details><summary>{}</summary>\n{}</details>\n", escape(summary), content.text)};
}

std::string page(const Page& page) {
  const auto title = escape(page.title);
  std::string links;
  std::string sections;
  int number = 0;
  for (const auto& [heading, content] : page.sections) {
    const auto text = escape(heading);
    links += fmt::format("<a href='#s{}'>{}</a>\n", ++number, text);
    sections +=
        fmt::format("<section>\n<h2 id='s{}'>{}</h2>\n{}</section>\n", number, text, content.text);
  }
  // The policy blocks content that an escaping bug would inject.
  return fmt::format(
      "<!DOCTYPE html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'/>\n"
      "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'\"/>\n"
      "<meta name='viewport' content='width=device-width, initial-scale=1'/>\n"
      "<title>{0}</title>\n<style>{1}{2}</style>\n</head>\n<body>\n"
      "<header>\n<h1>{0}</h1>\n<p>{3}</p>\n<nav aria-label='Sections'>\n{4}</nav>\n</header>\n"
      "<main>\n{5}</main>\n<footer>{6}</footer>\n</body>\n</html>\n",
      title, page_style(), chart_style(), escape(page.subtitle), links, sections,
      escape(page.footer));
}

}  // namespace digits::html
