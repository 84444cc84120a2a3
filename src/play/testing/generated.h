// Draws a scenario file from a seed: a valid policy over all documented keys, a world that has what the keys need, what
// outsiders and fate do to it, and faults of the wire. docs/adr/0035-generated-policies.md.
#pragma once

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "play/testing/policy_dice.h"

namespace evenkeel::play {

struct GeneratedScenario {
  std::string text;            // a whole scenario file
  std::string edited;          // the policy by which it is replaced meanwhile; empty: by none
  int edited_at = 0;           // minutes after the start
  std::set<std::string> keys;  // of the policy, as docs/policy.schema.json nests them: "keep.load_below.per"
};

class ScenarioGenerator : PolicyDice {
 public:
  explicit ScenarioGenerator(std::uint64_t seed) : PolicyDice(seed), seed_(seed) {}

  GeneratedScenario draw() {
    servers_ = whole(3, 8);
    hours_ = whole(2, 3);
    draw_world();
    draw_policy();
    draw_events();
    draw_faults();
    const auto policy = policy_;
    const auto keys = keys_;
    const int edited_at = chance(0.2) ? whole(5, hours_ * 60 - 40) : 0;
    if (edited_at > 0) draw_edit();
    std::string text = fmt::format("# Generated from seed {}.\n", seed_);
    if (edited_at > 0) text += fmt::format("# After {}m the policy is replaced:\n{}", edited_at, commented());
    text += fmt::format("start 2026-11-22T10:00:00Z\nduration {}h\ntick 1m\n", hours_);
    for (const auto& line : world_) text += line + "\n";
    for (const auto& line : events_) text += line + "\n";
    text += fmt::format("promise healthy={} out={} reboots={}\n", promised_healthy_, promised_out_, reboots_);
    text += "policy:\n" + policy;
    return {std::move(text), edited_at > 0 ? policy_ : "", edited_at, keys};
  }

 private:
  std::string server() { return fmt::format("web-{}", whole(1, servers_)); }

  void draw_world() {
    two_groups_ = chance(0.5);
    zones_ = one_of<3>({"a", "a,b", "a,b,c"});
    in_group_ = chance(0.6);
    const bool weighted = in_group_ && chance(0.15);
    world_.push_back(fmt::format(
        "fleet web servers={} groups=tg1:443{} capacity=120 peak={} deregistration_delay={}s zones={}{}{}{}{} "
        "memory={}..{}",
        servers_, two_groups_ ? ",tg2:80" : "", whole(0, 2) * 100, whole(1, 12) * 10, zones_,
        chance(0.2) ? " slow_start=60s" : "", chance(0.2) ? " monitoring=basic" : "",
        weighted ? " types=m5.large,m5.xlarge" : "", chance(0.15) ? " interfaces=2 addresses=2" : "",
        whole(20, 40), whole(41, 75)));
    second_fleet_ = chance(0.2);
    if (second_fleet_) {
      world_.push_back("fleet api servers=4 groups=tg5:8443 deregistration_delay=30s memory=35..70");
      draw_second_fleet();
    }
    by_address_ = chance(0.3);
    if (by_address_ || chance(0.2))
      world_.push_back(fmt::format("group tg9:9000 attached=no{}", by_address_ ? " type=ip" : ""));
    classic_ = in_group_ && chance(0.1);
    if (classic_) world_.push_back("classic old:80");
    if (in_group_)
      world_.push_back(fmt::format(
          "asg web-asg fleet=web min={} max={}{}{}{}{}{}{}", whole(1, servers_), servers_ * 4,
          chance(0.2) ? " health=EC2,ELB" : "", two_groups_ && chance(0.3) ? " attach=tg1" : "",
          weighted ? " weights=m5.large:1,m5.xlarge:2" : "", classic_ && chance(0.7) ? " classic=old" : "",
          chance(0.05) ? " lattice=svc" : "", chance(0.1) ? " terminate_hook=abandons retain=yes" : ""));
    for (const auto* document : {"recycle", "snapshot"}) {
      world_.push_back(fmt::format("document {} takes={}s fails={} heals={} output=\"done\"", document,
                                   whole(5, 200), chance(0.4) ? "yes" : "no", chance(0.4) ? "yes" : "no"));
    }
    for (const auto* alarm : {"service-ill", "deploy-web"})
      world_.push_back(fmt::format("alarm {} {}", alarm,
                                   chance(0.8)   ? "ok"
                                   : chance(0.5) ? "alarm"
                                                 : "insufficient"));
    world_.push_back(fmt::format("calendar changes {}", chance(0.9) ? "open" : "closed"));
    if (chance(0.5))
      world_.push_back("role keel external_id=ours");
    else
      world_.push_back("role keel");
    has_external_id_ = world_.back().ends_with("ours");
    for (int i = whole(1, 3); i > 0; --i)
      world_.push_back(fmt::format("memory {} {}", server(), whole(60, 95)));
    if (chance(0.3)) world_.push_back(fmt::format("leak {} {}m", server(), whole(60, 200)));
    if (chance(0.2)) world_.push_back(fmt::format("hang-next-boot {}", server()));
    if (chance(0.15)) world_.push_back("lag describe 10s");
  }

  void draw_metric(int depth, const std::string& at, const std::string& path, bool of_rule) {
    const bool cpu = of_rule && chance(0.3);
    const auto sub = [&](const char* name) { return path + "." + name; };
    // The list mark of a rule stands before its first key.
    keys_.insert(sub("metric"));
    line(depth, at + "metric: " + (cpu ? "CPUUtilization" : "Memory % Committed Bytes In Use"));
    const int inner = at.empty() ? depth : depth + 1;
    const int above = cpu ? 10 : whole(50, 80);
    key(inner, sub("above"), std::to_string(above));
    if (cpu || chance(0.5)) key(inner, sub("namespace"), cpu ? "AWS/EC2" : "CWAgent");
    if (chance(0.5)) key(inner, sub("statistic"), one_of<3>({"Average", "Maximum", "Minimum"}));
    if (chance(0.5)) key(inner, sub("back_below"), std::to_string(above - whole(0, 10)));
    const int period = whole(0, 3) == 0 ? 5 : 1;
    if (period != 1 || chance(0.5)) key(inner, sub("period"), fmt::format("{}m", period));
    const int windows = whole(1, 5);
    if (period != 1 || chance(0.5))
      key(inner, sub("over"), fmt::format("{}m", period * windows));
    else
      return draw_age(inner, path, period);
    if (chance(0.5)) key(inner, sub("datapoints"), std::to_string(whole(1, windows)));
    draw_age(inner, path, period);
    if (!of_rule) above_ = above;
  }
  void draw_age(int depth, const std::string& path, int period) {
    if (chance(0.5)) key(depth, path + ".max_age", fmt::format("{}m", whole(2, 4) * period));
  }

  void draw_condition(int depth, const std::string& mark, const std::string& path, int kind) {
    static constexpr std::array<const char*, 7> kNames = {
        "tag", "uptime", "age", "scheduled_event", "status_check_impaired", "unhealthy", "alarm"};
    if (kind >= 7) return draw_metric(depth, mark, path, true);
    const std::string name = kNames[static_cast<std::size_t>(kind)];
    std::string value;
    if (name == "tag")
      value = quoted("evenkeel:remediate");
    else if (name == "uptime" || name == "age")
      value = fmt::format("{}h", whole(1, 3));
    else if (name == "scheduled_event")
      value = one_of<5>({"any", "instance-reboot", "system-reboot", "instance-retirement", "instance-stop"});
    else if (name == "alarm")
      value = chance(0.5) ? "service-ill" : quoted("oom-{instance_id}");
    else
      value = fmt::format("{}m", whole(1, 15));
    keys_.insert(path + "." + name);
    line(depth, mark + name + ": " + value);
  }

  void draw_rules() {
    section(1, "also_when");
    for (int i = whole(1, 4); i > 0; --i) {
      const std::string path = "also_when.[]";
      keys_.insert(path + ".name");
      line(2, fmt::format("- name: rule-{}", i));
      if (chance(0.5)) key(3, path + ".priority", std::to_string(whole(-10, 10)));
      if (chance(0.5)) {
        section(3, path + ".all");
        for (int part = whole(2, 4); part > 0; --part) draw_condition(4, "- ", path + ".all.[]", whole(0, 9));
      } else {
        draw_condition(3, "", path, whole(0, 9));
      }
    }
  }

  void draw_keep() {
    section(1, "keep");
    const int count = whole(1, servers_ - 1);
    const bool share = chance(0.3);
    promised_healthy_ = share ? 1 : count;
    key(2, "keep.healthy", share ? fmt::format("{}%", whole(3, 7) * 10) : std::to_string(count));
    if (chance(0.3)) key(2, "keep.healthy_per_zone", chance(0.5) ? std::to_string(whole(0, 1)) : "30%");
    promised_out_ = 1;
    if (chance(0.5)) {
      promised_out_ = whole(1, 3);
      const bool percent = chance(0.3);
      key(2, "keep.out", percent ? "30%" : std::to_string(promised_out_));
      if (percent) promised_out_ = std::max(1, 2 * servers_ * 30 / 100);
    }
    if (chance(0.3)) key(2, "keep.out_per_zone", chance(0.7) ? std::to_string(whole(1, 2)) : "50%");
    if (chance(0.5)) draw_load();
    if (chance(0.4)) key(2, "keep.starts_per_hour", std::to_string(whole(1, 6)));
    if (chance(0.6)) key(2, "keep.cooldown", fmt::format("{}m", whole(20, 90)));
    if (chance(0.4)) key(2, "keep.remediations_per_day", std::to_string(whole(1, 3)));
    if (chance(0.4)) key(2, "keep.min_uptime", fmt::format("{}m", whole(0, 4) * 15));
    if (chance(0.4)) key(2, "keep.crossing_percent", std::to_string(whole(1, 10) * 10));
  }

  void draw_load() {
    section(2, "keep.load_below");
    const bool instance = chance(0.4);
    if (instance || chance(0.4)) key(3, "keep.load_below.per", instance ? "instance" : "target_group");
    if (instance || chance(0.4))
      key(3, "keep.load_below.namespace", instance ? "AWS/EC2" : "AWS/ApplicationELB");
    if (instance || chance(0.4))
      key(3, "keep.load_below.metric", instance ? "CPUUtilization" : "RequestCount");
    if (instance || chance(0.4)) key(3, "keep.load_below.statistic", instance ? "Average" : "Sum");
    key(3, "keep.load_below.below", instance ? "90" : std::to_string(whole(1, 10) * 1000));
    const int period = chance(0.5) ? 1 : 5;
    if (period != 1 || chance(0.5)) key(3, "keep.load_below.period", fmt::format("{}m", period));
    if (chance(0.5)) key(3, "keep.load_below.past", fmt::format("{}m", whole(1, 12) * 5));
  }

  void draw_calendar() {
    if (chance(0.45)) {
      section(1, "windows");
      keys_.insert("windows.[].from");
      line(2, fmt::format("- from: \"{:02}:00\"", whole(8, 12)));
      key(3, "windows.[].to", quoted(fmt::format("{:02}:30", whole(11, 20))));
      if (chance(0.5)) key(3, "windows.[].days", one_of<3>({"[sun]", "[mon-sun]", "[mon-fri, sun]"}));
      if (chance(0.5)) key(3, "windows.[].time_zone", one_of<3>({"UTC", "Europe/Berlin", "Etc/UTC"}));
    }
    if (chance(0.45)) {
      section(1, "freezes");
      keys_.insert("freezes.[].from");
      const bool now = chance(0.1);
      line(2, fmt::format("- from: {}", now ? "2026-11-22" : "2026-12-20"));
      key(3, "freezes.[].to", now ? "2026-11-22" : "2027-01-02");
      if (chance(0.5)) key(3, "freezes.[].time_zone", one_of<2>({"UTC", "Europe/Berlin"}));
      if (chance(0.5)) key(3, "freezes.[].reason", "Christmas");
    }
    if (!chance(0.5)) return;
    section(1, "gates");
    const bool alarms = chance(0.7);
    if (alarms)
      key(2, "gates.alarms", one_of<3>({"[service-ill]", "[\"deploy-*\"]", "[service-ill, \"deploy-*\"]"}));
    if (alarms && chance(0.6)) key(2, "gates.insufficient_data", one_of<2>({"blocks", "passes"}));
    if (!alarms || chance(0.4)) key(2, "gates.calendars", "[changes]");
  }

  int draw_attempts(int depth, const std::string& path) {
    if (!chance(0.5)) return 1;
    const int attempts = whole(1, 3);
    key(depth, path + ".attempts", std::to_string(attempts));
    return attempts;
  }

  void draw_treatments() {
    section(1, "treatments");
    const std::string path = "treatments.[]";
    if (chance(0.1)) {
      keys_.insert(path + ".treatment");
      return line(2, "- treatment: none");
    }
    bool any = false;
    if (chance(0.5)) {
      any = true;
      const bool shell = chance(0.5);
      keys_.insert(path + ".command");
      line(2, std::string("- command: ") + (shell ? "AWS-RunShellScript" : "recycle"));
      if (shell) key(3, path + ".parameters", "{commands: [\"systemctl restart web\"]}");
      if (chance(0.5)) key(3, path + ".within", fmt::format("{}s", whole(1, 10) * 30));
      draw_attempts(3, path);
    }
    for (const auto* treatment : {"reboot", "stop_start", "replace"}) {
      const std::string name = treatment;
      if (name == "replace" && !in_group_) break;
      if (!chance(name == "reboot" ? 0.6 : 0.4)) continue;
      any = true;
      keys_.insert(path + ".treatment");
      line(2, "- treatment: " + name);
      const int attempts = draw_attempts(3, path);
      if (name == "reboot") reboots_ = attempts;
    }
    if (!any) {
      keys_.insert(path + ".treatment");
      line(2, "- treatment: reboot");
    }
  }

  void draw_rest() {
    if (chance(0.7)) draw_treatments();
    if (chance(0.5)) {
      section(1, "evidence");
      const bool shell = chance(0.4);
      key(2, "evidence.document", shell ? "AWS-RunShellScript" : "snapshot");
      if (shell) key(2, "evidence.parameters", "{commands: [\"ps aux\"]}");
      if (chance(0.5)) key(2, "evidence.within", fmt::format("{}s", whole(1, 8) * 30));
      if (chance(0.5)) key(2, "evidence.required", one_of<2>({"yes", "no"}));
    }
    if (!chance(0.6)) return;
    section(1, "timing");
    bool any = false;
    const auto time = [&](const char* name, int low, int high) {
      if (!chance(0.5)) return;
      any = true;
      key(2, std::string("timing.") + name, fmt::format("{}m", whole(low, high)));
    };
    time("drain_slack", 1, 8);
    time("boot", 5, 20);
    time("stop", 5, 12);
    time("rejoin", 1, 20);
    time("soak", 0, 8);
    time("settle", 4, 10);
    time("judge", 0, 30);
    if (!any) key(2, "timing.soak", "1m");
  }

  // Another policy of the same world; what is promised holds for both. Or the fleet leaves the policy.
  void draw_edit() {
    const int healthy = promised_healthy_, out = promised_out_, reboots = reboots_;
    if (second_fleet_ && chance(0.3)) {
      policy_ = "  fleets:\n" + second_policy_;
      return;
    }
    draw_policy();
    promised_healthy_ = std::min(healthy, promised_healthy_);
    promised_out_ = std::max(out, promised_out_);
    reboots_ = std::max(reboots, reboots_);
  }

  // A second fleet in the same store, with few keys.
  void draw_second_fleet() {
    second_policy_ = fmt::format(
        "    - name: api\n      target_groups: [tg5]\n      reboot_when:\n"
        "        metric: Memory % Committed Bytes In Use\n        above: {}\n"
        "      keep:\n        healthy: 2\n        cooldown: {}m\n        starts_per_hour: {}\n",
        whole(50, 80), whole(20, 60), whole(1, 6));
  }

  void draw_policy() {
    reboots_ = 1;
    policy_ = "  fleets:\n";
    keys_.insert("name");
    line(0, "- name: web");
    if (chance(0.4)) key(1, "region", "eu-west-1");
    if (has_external_id_ || chance(0.3)) {
      key(1, "role_arn", "arn:aws:iam::123456789012:role/keel");
      if (has_external_id_) key(1, "external_id", "ours");
    }
    if (!in_group_ || chance(0.6)) key(1, "target_groups", two_groups_ ? "[tg1, tg2]" : "[tg1]");
    if (in_group_) key(1, "auto_scaling_group", "web-asg");
    if (in_group_ && chance(0.6)) key(1, "leave_by", one_of<2>({"standby", "deregister"}));
    if (seed_ % 3 == 0) key(1, "witness_tag", seed_ % 2 == 0 ? "yes" : "no");
    const bool metric = chance(0.85);
    if (metric) section(1, "reboot_when");
    if (metric) draw_metric(2, "", "reboot_when", false);
    if (!metric || chance(0.8)) draw_rules();
    if (chance(0.5)) {
      const auto order = metric ? one_of<3>({"worst", "soonest", "longest_uncycled"}) : "longest_uncycled";
      key(1, "order", order);
      if (order == std::string("soonest") && chance(0.8)) key(1, "fails_at", std::to_string(whole(90, 100)));
    }
    draw_keep();
    draw_calendar();
    draw_rest();
    if (!second_fleet_) return;
    policy_ += second_policy_;
    promised_healthy_ = std::min(promised_healthy_, 2);
    ++promised_out_;
  }

  void draw_events() {
    for (int i = whole(0, 6); i > 0; --i) {
      const auto at = fmt::format("at {}m{}s ", whole(2, hours_ * 60 - 20), whole(0, 59));
      events_.push_back(at + draw_event());
    }
    for (int i = chance(0.4) ? whole(1, 3) : 0; i > 0; --i) {
      const auto at = fmt::format("at {}m{}s ", whole(1, hours_ * 60 - 20), whole(0, 59));
      events_.push_back(at + draw_rare_event());
    }
    if (chance(0.25))
      events_.push_back(fmt::format("at {}m pause \"by hand\" for={}m", whole(3, 60), whole(5, 30)));
    if (chance(0.15)) events_.push_back(fmt::format("at {}m resume \"looked at\"", whole(60, 100)));
    if (chance(0.2)) events_.push_back(fmt::format("at {}m kill", whole(3, 60)));
    if (chance(0.15)) events_.push_back(fmt::format("at {}m tick-late {}m", whole(3, 60), whole(2, 10)));
    if (chance(0.25)) events_.push_back(fmt::format("at {}m restore {}", whole(6, 60), server()));
  }

  std::string draw_rare_event() {
    switch (whole(1, 9)) {
      case 1:
        return "stop-protect " + server();
      case 2:
        return "stop-unprotect " + server();
      case 3:
        return fmt::format(
            "schedule-event {} {} in={}m", server(),
            one_of<4>({"instance-reboot", "system-reboot", "instance-retirement", "instance-stop"}),
            whole(5, 60));
      case 5:
        return "cancel-event " + server();
      case 6:
        return fmt::format("untag {} evenkeel:hold", server());
      case 7:
        return two_groups_ && chance(0.5) ? "delete-group tg2" : "speak " + server();
      case 8:
        if (by_address_) return fmt::format("register {} tg9 address=1", server());
        return classic_ ? fmt::format("register {} old", server()) : "manage " + server();
      default:
        return in_group_ ? fmt::format("suspend web-asg {}", one_of<2>({"AZRebalance", "Terminate"}))
                         : "unimpair " + server();
    }
  }

  std::string draw_event() {
    const auto zone =
        std::string(1, zones_[2 * static_cast<std::size_t>(whole(0, static_cast<int>(zones_.size()) / 2))]);
    const std::string group = two_groups_ && chance(0.5) ? "tg2" : "tg1";
    switch (whole(0, in_group_ ? 27 : 18)) {
      case 0:
        return fmt::format("memory {} {}", server(), whole(20, 95));
      case 1:
        return fmt::format("tag {} evenkeel:remediate \"ticket {}\"", server(), whole(1, 9));
      case 2:
        return fmt::format("tag {} evenkeel:hold yes", server());
      case 3:
        return fmt::format(
            "schedule-event {} {} in={}h", server(),
            one_of<4>({"instance-reboot", "system-reboot", "instance-retirement", "instance-stop"}),
            whole(2, 90));
      case 4:
        return fmt::format("impair {}{}", server(), chance(0.5) ? " system" : "");
      case 5:
        return fmt::format("alarm {} {}", one_of<2>({"service-ill", "deploy-web"}),
                           one_of<3>({"ok", "alarm", "insufficient"}));
      case 6:
        return fmt::format("calendar changes {}", one_of<2>({"open", "closed"}));
      case 7:
        return "silence " + server();
      case 8:
        return "crash " + server();
      case 9:
        return "reboot " + server();
      case 10:
        return "terminate " + server();
      case 11:
        return fmt::format("deregister {} {}", server(), group);
      case 12:
        return fmt::format("register {} {}", server(), group);
      case 13:
        return fmt::format("zonal-shift {} {}", zone, one_of<2>({"start", "end"}));
      case 14:
        return fmt::format("zone-outage {} {}", zone, one_of<2>({"start", "end"}));
      case 15:
        return fmt::format("peak {}", whole(0, 300));
      case 16:
        return "unmanage " + server();
      case 17:
        return "stop " + server();
      case 18:
        return "start-server " + server();
      case 19:
        return "standby " + server();
      case 20:
        return "exit-standby " + server();
      case 21:
        return "detach " + server();
      case 22:
        return chance(0.5) ? "scale-in" : "scale-in " + server();
      case 23:
        return "scale-out";
      case 24:
        return fmt::format("refresh web-asg {}", one_of<2>({"start", "end"}));
      case 25:
        return fmt::format("resize web-asg min={}", whole(1, servers_));
      case 26:
        return fmt::format("suspend web-asg {}",
                           one_of<3>({"Launch", "ReplaceUnhealthy", "AddToLoadBalancer"}));
      default:
        return fmt::format("resume-process web-asg {}",
                           one_of<3>({"Launch", "ReplaceUnhealthy", "AddToLoadBalancer"}));
    }
  }

  void draw_faults() {
    if (!chance(0.4)) return;
    for (int i = whole(1, 2); i > 0; --i) {
      const auto action = one_of<18>(
          {"ec2.RebootInstances", "ec2.StopInstances", "ec2.StartInstances", "ec2.DescribeInstances",
           "ec2.DescribeInstanceStatus", "elasticloadbalancing.RegisterTargets",
           "elasticloadbalancing.DeregisterTargets", "elasticloadbalancing.DescribeTargetHealth",
           "elasticloadbalancing.DescribeTargetGroups", "autoscaling.EnterStandby", "autoscaling.ExitStandby",
           "autoscaling.TerminateInstanceInAutoScalingGroup", "autoscaling.DescribeAutoScalingGroups",
           "cloudwatch.GetMetricData", "cloudwatch.DescribeAlarms", "ssm.SendCommand",
           "ssm.GetCommandInvocation", "*"});
      const auto kind = one_of<9>({"throttle", "server_error", "lose_reply_before", "lose_reply_after",
                                   "late", "slow", "garbage", "denied", "wrong_date"});
      const int from = whole(2, hours_ * 60 - 30);
      std::string how = action == "*" ? "rate=0.1"
                        : chance(0.5) ? "rate=0.5"
                                      : fmt::format("times={}", whole(1, 3));
      if (kind == "late" || kind == "slow")
        how += fmt::format(" delay={}s", kind == "slow" ? whole(1, 9) : whole(10, 300));
      if (kind == "wrong_date")
        how += fmt::format(" {}={}", one_of<2>({"earlier", "later"}), one_of<4>({"40s", "5m", "2h", "26h"}));
      world_.push_back(
          fmt::format("fault {} {} {} from={}m until={}m", action, kind, how, from, from + whole(2, 25)));
    }
  }

  std::uint64_t seed_;
  std::vector<std::string> world_, events_;
  std::string second_policy_, zones_;
  int servers_ = 4, hours_ = 2, above_ = 0, promised_healthy_ = 0, promised_out_ = 1, reboots_ = 1;
  bool two_groups_ = false, in_group_ = false, has_external_id_ = false, second_fleet_ = false,
       by_address_ = false, classic_ = false;
};

}  // namespace evenkeel::play
