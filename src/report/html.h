// Builds a page from its parts: one self-contained HTML file, also well-formed XML, that loads
// nothing from the network and runs no script. Every string is text and is escaped; parts are
// Markup, joined by +.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/markup.h"

namespace digits::html {

Markup paragraph(std::string_view text);
Markup heading(std::string_view text);       // one level below the section's
Markup preformatted(std::string_view text);  // unchanged lines: a file

// A headline number.
struct Card {
  std::string label;
  std::string value;   // "99.57 %"
  std::string detail;  // "[99.42, 99.68], n = 10000"
  Verdict verdict = Verdict::kNone;
};
Markup cards(const std::vector<Card>& cards);

struct Column {
  std::string heading;
  bool numeric = false;  // right-aligned
};
struct Cell {
  std::string text;
  Verdict verdict = Verdict::kNone;  // a coloured badge with a sign before the text
};
struct Table {
  std::string caption;
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // the first cell is the row's heading
};
// Throws std::out_of_range for a row with more cells than there are columns.
Markup table(const Table& table);

// Charts, side by side where there is room.
struct Figure {
  Markup chart;  // of draw()
  std::string caption;
};
Markup figures(const std::vector<Figure>& figures);

// PNG files' bytes, shown `width` CSS pixels wide, or narrower on a narrow screen.
struct Picture {
  std::string png;
  std::string caption;
};
Markup pictures(const std::vector<Picture>& pictures, int width);

// Content that opens on a click.
Markup details(std::string_view summary, const Markup& content);

struct Section {
  std::string heading;
  Markup content;
};
struct Page {
  std::string title;
  std::string subtitle;
  std::vector<Section> sections;
  std::string footer;
};
std::string page(const Page& page);

}  // namespace digits::html
