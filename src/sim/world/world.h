// Internal to the account: its inner state, and the parts of a second's step. The public maps of the Account
// are the truth; what stands here is derived from them (and found again after any change) or is the past.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/world/account.h"

namespace evenkeel::sim {

// How long requests last: the share of those that outlive the second in which they came, by whole seconds.
struct RequestClass {
  int seconds;
  double share;
};
inline constexpr std::array<RequestClass, 8> kRequestClasses = {
    {{1, 0.40}, {2, 0.08}, {3, 0.03}, {5, 0.015}, {8, 0.006}, {13, 0.003}, {20, 0.0015}, {30, 0.0008}}};

using PlaceKey = std::pair<std::string, int>;  // (arn, port) of one instance's registration

// What the account knows of a server beyond its public face.
struct ServerRun {
  Server* server = nullptr;
  std::vector<std::pair<Time, Actor>> reboots;  // accepted, waiting in EC2's queue
  std::optional<Actor> down_by_reboot;          // from the shutdown of a reboot until it is up again
  std::set<PlaceKey> taken;                     // we deregistered it there, and it isn't healthy there again
  int metric_second = 0;                        // the second of the minute in which its agent reports
  std::array<std::size_t, 2> series{};          // last known places in Account::series
  int arrived = 0;                              // requests in this second
  std::int64_t served = 0;                      // requests since its CPUUtilization was published
  int places = 0, healthy_places = 0;           // registrations in groups that have a load balancer
  bool up() const { return server != nullptr && server->life == Server::Life::running; }
};

// What the account knows of a registration beyond its public face.
struct TargetRun {
  std::array<int, 32> ends{};  // requests in flight by the second (modulo 32) in which they end
  std::array<double, kRequestClasses.size()> carry{};
  int in_flight = 0;
  int arrived = 0;                     // requests in this second
  bool late_requests = false;          // was routed to when it was deregistered
  Actor drained_by = Actor::outsider;  // who began the present draining
};

// Where a group's requests go in this second.
struct Route {
  TargetRun* target;
  ServerRun* server;
  RegisteredTarget* registration;
  double weight = 1;
};

struct GroupRun {
  TargetGroup* group = nullptr;
  Duration deregistration_delay{300'000}, slow_start{0};
  int fail_open_count = 1, fail_open_percent = 0;
  struct Member {
    TargetRun* target;
    ServerRun* server;  // nullptr: no such server
  };
  std::vector<Member> members;  // side by side with group->targets
  std::vector<Route> routes;
  bool ramping = false;  // weights change with time: slow start, or late requests
  bool failing_open = false;
  int healthy = 0;
  std::int64_t* requests = nullptr;  // routed to a target in this minute
};

struct Account::World {
  World(Account& owner, Time start, std::uint64_t seed);

  // account.cpp: the order of things
  void step(Time second);
  void resync();   // derives everything below from the account's public maps
  void refresh();  // after a change of state: routes, capacity out, min_healthy
  void run_scheduled();
  ServerRun& run_of(const std::string& instance_id);

  // servers.cpp: lives
  void step_server(ServerRun& run);
  void begin_shutdown(ServerRun& run, Actor actor);
  void begin_boot(ServerRun& run);
  void finish_boot(ServerRun& run);
  void hang(ServerRun& run);
  void leave(ServerRun& run, Server::Life life);  // stopped or terminated
  static const char* life_name(Server::Life life);

  // instances.cpp: stops, starts and scheduled events
  void begin_stop(ServerRun& run, Actor actor);
  void begin_start(ServerRun& run, Actor actor, Duration pending);
  void step_events(ServerRun& run);
  void happen(ServerRun& run, const std::string& code);
  void end_events(Server& server, std::string_view code);  // the open ones; an empty code: all of them
  bool reachable(const ServerRun& run) const;              // up, and its zone too
  int registrations(const std::string& instance_id) const;
  std::string registered_in(const std::string& instance_id) const;  // one of their groups; empty: none
  int cut_requests(ServerRun& run, bool ours, const char* why);

  // load_balancer.cpp: registration, health, routing
  void step_targets(GroupRun& run);
  bool step_target(GroupRun& run, std::size_t index);  // true: the target has gone from its group
  bool step_draining(GroupRun& run, std::size_t index);
  void check_health(GroupRun& run, std::size_t index);
  void set_state(const TargetGroup& group, RegisteredTarget& target, const char* state, const char* reason);
  void enlist(RegisteredTarget& target);  // just registered
  void route(GroupRun& run) const;
  void weigh(GroupRun& run) const;

  // traffic.cpp: requests
  void traffic();
  void arrive(GroupRun& run, int requests, double phase);
  int arrivals(double mean);
  void serve(const GroupRun& run, Route& route);
  void drop(const std::string& instance_id, const std::string& arn, int requests, bool ours, const char* why);
  void want_of_capacity(const std::string& instance_id, const std::string& arn, int requests,
                        const char* why);

  // metrics.cpp
  void publish();
  void publish_minute_aggregates();
  Series& series_of(ServerRun& run, std::size_t which);
  static void put(Series& into, Time period, double value);

  // auto_scaling.cpp
  void step_auto_scaling();
  void step_member_health(AutoScalingGroup& group, bool thorough);
  void adjust_size(AutoScalingGroup& group);
  void rebalance(AutoScalingGroup& group);
  void step_refresh(AutoScalingGroup& group);
  bool unhealthy(const AutoScalingGroup& group, const AutoScalingMember& member, bool thorough);
  // The new member's id; none: refused by EC2. `actor`: who made it necessary.
  std::optional<std::string> launch(AutoScalingGroup& group, const char* why, Actor actor = Actor::outsider);
  bool uneven(const AutoScalingGroup& group);  // its zones: Auto Scaling would even them out
  std::map<std::string, int> members_by_zone(const AutoScalingGroup& group);  // zones out of order left out
  AutoScalingMember* choose_for_scale_in(AutoScalingGroup& group);

  // lifecycle.cpp: of the members of Auto Scaling groups
  void step_lifecycles(AutoScalingGroup& group);
  bool step_lifecycle(AutoScalingGroup& group, AutoScalingMember& member);  // true: it is no member any more
  void retire(AutoScalingGroup& group, AutoScalingMember& member, const std::string& cause, Actor actor);
  bool step_termination(AutoScalingGroup& group, AutoScalingMember& member);  // once it is drained
  void replace_root_volume(AutoScalingGroup& group, AutoScalingMember& member);
  bool step_root_volume(AutoScalingGroup& group, AutoScalingMember& member);
  int decrement_of(const AutoScalingMember& member) const;  // of the desired size, when it leaves
  void take_from_groups(const AutoScalingGroup& group, const std::string& instance_id, Actor actor);
  bool in_groups(const AutoScalingGroup& group, const std::string& instance_id);
  void begin_activity(AutoScalingGroup& group, AutoScalingMember& member, const char* what,
                      const std::string& cause, const char* status, int progress);
  void end_activity(AutoScalingGroup& group, AutoScalingMember& member, const char* status = "Successful");

  // systems_manager.cpp
  void step_invocations();
  void step_invocation(CommandInvocation& invocation);
  void finish(CommandInvocation& invocation, const Document& document, Server& server) const;

  // load_metrics.cpp
  void publish_load();
  void publish_requests(Time minute);
  void publish_cpu(Time minute);
  Series& load_series(const char* metric, const std::vector<std::pair<std::string, std::string>>& dimensions);

  // history.cpp
  void note(FactKind kind, const std::string& instance_id, const std::string& arn = {},
            std::int64_t count = 0, std::string detail = {}, int port = 0, Actor actor = Actor::outsider);
  void note_drop(const std::string& instance_id, const std::string& arn, int requests, bool ours,
                 const char* why);
  void remember();  // the present, for stale reads
  void count_healthy_members();

  struct Past {
    Time at{};
    std::map<std::string, Server> servers;
    std::map<std::string, std::vector<RegisteredTarget>> targets;
  };
  const Past* past() const;  // what a stale read shows; nullptr: the present

  Account& account;
  // Apart: what Evenkeel does must not change the arrivals.
  SeededRandom traffic_random, life_random, command_random;
  Time started, now, second;
  bool unsynced = true;  // servers, groups or targets came or went
  bool dirty = true;     // a state changed
  bool warm = false;
  int capacity_out_left = 0;  // of this second: what (c) of Counters may still be blamed on us
  double capacity_out = 0;
  std::map<std::string, ServerRun> server_runs;
  std::map<std::string, std::map<std::pair<std::string, int>, TargetRun>> target_runs;  // by arn, (id, port)
  std::vector<ServerRun*> live;  // every server of the account
  std::vector<GroupRun> groups;  // every target group
  std::multimap<Time, std::function<void(Account&)>> scheduled;
  std::vector<Fact> facts;
  std::vector<std::size_t> drops_this_minute;  // places in facts
  Time drop_minute{};
  Counters counters;
  std::deque<Past> pasts;
  std::vector<std::size_t> open_invocations;        // places in Account::invocations
  std::map<std::string, std::int64_t> requests_of;  // by target group arn, in this minute
  std::map<std::string, std::size_t> load_places;   // of load_series() in Account::series, by what it is of
};

}  // namespace evenkeel::sim
