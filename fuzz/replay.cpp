// Feeds every file of one corpus to its target, without libFuzzer: fuzz_replay_<target> DIRECTORY.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <vector>

#include "fuzz/property.h"

namespace {

std::string corpus;

TEST(Corpus, IsSwallowedWithoutHarm) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) files.push_back(entry.path());
  std::ranges::sort(files);
  ASSERT_GE(files.size(), 5U) << corpus << " is not the corpus";
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    ASSERT_TRUE(file) << path;
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    EXPECT_NO_THROW(LLVMFuzzerTestOneInput(data, bytes.size())) << path;
  }
}

}  // namespace

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  if (count != 2) return 2;
  corpus = arguments[1];
  return RUN_ALL_TESTS();
}
