#include "model/percentage.h"

#include <gtest/gtest.h>

namespace evenkeel {
namespace {

TEST(Percentage, IsToldByTheMetricsName) {
  for (const auto* name : {"Memory % Committed Bytes In Use", "mem_used_percent", "disk_used_percent",
                           "MEM_USED_PERCENT", "CPUUtilization", "MemoryUtilization", "DiskSpaceUtilization",
                           "PercentIOLimit", "cpu.usage.pct", "gpu_utilization", "memoryUsedPercent"})
    EXPECT_TRUE(counts_percent(name)) << name;
  for (const auto* name : {"", "mem_used", "Available Bytes", "percentile_99", "RequestCount", "Percentile"})
    EXPECT_FALSE(counts_percent(name)) << name;
}

TEST(Percentage, ASumOfThemIsNone) {
  MetricCondition condition;
  condition.metric = "mem_used_percent";
  EXPECT_TRUE(is_percentage(condition));
  condition.statistic = Statistic::sum;
  EXPECT_FALSE(is_percentage(condition));
}

TEST(Percentage, LiesBetweenZeroAndAHundred) {
  for (const double value : {0.0, 100.0, 100.000001, 42.0}) EXPECT_FALSE(outside_percent(value)) << value;
  for (const double value : {-1.0, 101.0, 250.0}) EXPECT_TRUE(outside_percent(value)) << value;
}

}  // namespace
}  // namespace evenkeel
