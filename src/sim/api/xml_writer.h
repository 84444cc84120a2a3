// XML as values: tag("Target", tag("Id", id), tag("Port", 443)). Elements and text only.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace evenkeel::sim {

struct Xml {
  std::string text;

  void add(const Xml& xml) { text += xml.text; }
  void add(bool value) { text += value ? "true" : "false"; }
  void add(std::integral auto value) { text += std::to_string(value); }
  void add(const char* value) { add(std::string_view(value)); }
  void add(std::string_view value);  // escaped
};

template <class... Inside>
Xml tag(std::string_view name, const Inside&... inside) {
  Xml xml;
  xml.text.append("<").append(name).append(">");
  (xml.add(inside), ...);
  xml.text.append("</").append(name).append(">");
  return xml;
}

template <class... Parts>
Xml all(const Parts&... parts) {
  Xml xml;
  (xml.add(parts), ...);
  return xml;
}

// <name><member>…</member>…</name>, with write(item) inside each member.
template <class Items, class Write>
Xml list(std::string_view name, std::string_view member, const Items& items, Write write) {
  Xml members;
  for (const auto& item : items) members.add(tag(member, write(item)));
  return tag(name, members);
}

// An element that is left out when it would be empty.
inline Xml unless_empty(std::string_view name, std::string_view text) {
  return text.empty() ? Xml{} : tag(name, text);
}

inline void Xml::add(std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '&':
        text += "&amp;";
        break;
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '\r':
        text += "&#xD;";
        break;
      default:
        // XML 1.0 has no way to write the other control characters.
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') text += c;
    }
  }
}

}  // namespace evenkeel::sim
