# What wakes people; what to do about each: docs/deploy.md.

locals {
  defaults = {
    namespace    = "Evenkeel"
    dimensions   = null
    statistic    = "Maximum"
    periods      = 1
    datapoints   = 1
    comparison   = "GreaterThanOrEqualToThreshold"
    threshold    = 1
    missing_data = "notBreaching"
    actions      = true
  }

  alarms = {
    no-tick = {
      description  = "No tick has ended well for five minutes. Whoever is out stays out."
      metric       = "Ticks"
      statistic    = "Sum"
      periods      = 5
      datapoints   = 5
      comparison   = "LessThanThreshold"
      missing_data = "breaching"
      actions      = var.schedule == "ENABLED" # while the schedule is off by your own wish, nobody is woken
    }
    function-errors = {
      description = "The function failed, ran out of time or could not start, in three of five minutes."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = { FunctionName = var.name }
      statistic   = "Sum"
      periods     = 5
      datapoints  = 3
    }
    tick-errors = {
      description = "Ticks of a fleet failed in three of five minutes. The log says why."
      metric      = "Errors"
      statistic   = "Sum"
      periods     = 5
      datapoints  = 3
    }
    held = {
      description  = "A member is held. It did not come back well, and needs an operator."
      metric       = "MembersHeld"
      missing_data = "ignore"
    }
    out-too-long = {
      description  = "A member has been out for longer than a whole remediation should take."
      metric       = "OldestOpenAge"
      comparison   = "GreaterThanThreshold"
      threshold    = var.out_too_long
      missing_data = "ignore"
    }
    policy-broken = {
      description = "The policy can't be read. The last good one is in use."
      metric      = "PolicyBroken"
    }
    blind = {
      description  = "For ten minutes a fleet could not have acted if it had to. A name does not exist, or AWS can't be read."
      metric       = "BlindFor"
      threshold    = 600
      missing_data = "ignore"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "evenkeel" {
  for_each = { for name, alarm in local.alarms : name => merge(local.defaults, alarm) }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  actions_enabled     = each.value.actions
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 60
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.datapoints
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  treat_missing_data  = each.value.missing_data
  alarm_actions       = [local.topic]
  ok_actions          = [local.topic]
}

resource "aws_cloudwatch_dashboard" "evenkeel" {
  dashboard_name = var.name

  dashboard_body = templatefile("${path.module}/dashboard.json.tftpl", {
    name         = var.name
    partition    = local.partition
    region       = local.region
    account      = local.account
    out_too_long = var.out_too_long
  })
}
