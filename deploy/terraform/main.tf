# Evenkeel as a Lambda function, and everything it needs. How to deploy it: docs/deploy.md.

locals {
  topic     = aws_sns_topic.people.arn
  partition = split(":", local.topic)[1]
  region    = split(":", local.topic)[3]
  account   = split(":", local.topic)[4]
}

# ---- the function, and when it runs ----

resource "aws_lambda_function" "evenkeel" {
  function_name                  = var.name
  description                    = "Evenkeel"
  filename                       = var.zip
  source_code_hash               = filebase64sha256(var.zip)
  handler                        = "bootstrap"
  runtime                        = "provided.al2023"
  architectures                  = [var.architecture]
  memory_size                    = 128
  timeout                        = 60
  reserved_concurrent_executions = var.reserve_concurrency ? 1 : -1
  role                           = aws_iam_role.evenkeel.arn

  environment {
    variables = {
      EVENKEEL_POLICY = "ssm:${aws_ssm_parameter.policy.name}"
      EVENKEEL_STATE  = "dynamodb://${aws_dynamodb_table.journal.name}"
      EVENKEEL_NOTIFY = join(" ", compact([
        "sns:${local.topic}",
        var.webhook_parameter == "" ? "" : "webhook:ssm:${var.webhook_parameter}",
      ]))
      EVENKEEL_PERIOD = "1m"
    }
  }

  # Without its rights the first ticks would fail; without its log group it would make one that is kept for ever.
  depends_on = [aws_iam_role_policy.evenkeel, aws_cloudwatch_log_group.evenkeel]
}

# A tick that failed or came late is not repeated: the next one looks anew.
resource "aws_lambda_function_event_invoke_config" "evenkeel" {
  function_name                = aws_lambda_function.evenkeel.function_name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
}

resource "aws_cloudwatch_event_rule" "tick" {
  name                = "${var.name}-tick"
  description         = "A tick of Evenkeel"
  schedule_expression = "rate(1 minute)"
  state               = var.schedule
}

resource "aws_cloudwatch_event_target" "tick" {
  rule = aws_cloudwatch_event_rule.tick.name
  arn  = aws_lambda_function.evenkeel.arn

  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }
}

resource "aws_lambda_permission" "tick" {
  function_name = aws_lambda_function.evenkeel.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.tick.arn
}

# ---- what it may do: nothing but what `evenkeel iam --lambda` printed ----

resource "aws_iam_role" "evenkeel" {
  name_prefix = "${var.name}-"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "evenkeel" {
  name   = "evenkeel"
  role   = aws_iam_role.evenkeel.id
  policy = var.rights

  lifecycle {
    precondition {
      condition     = strcontains(var.rights, ":table/${var.name}\"")
      error_message = "The rights are not those of a function of this name: print them with `evenkeel iam --lambda --function ${var.name}`."
    }
    precondition {
      condition     = var.webhook_parameter == "" || strcontains(var.rights, ":parameter${var.webhook_parameter}\"")
      error_message = "The rights don't include the webhook: print them with `evenkeel iam --lambda --secret ${var.webhook_parameter}`."
    }
  }
}

# ---- what it remembers, reads, writes and says ----

resource "aws_dynamodb_table" "journal" {
  name                        = var.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  deletion_protection_enabled = true

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  ttl {
    attribute_name = "expires"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_ssm_parameter" "policy" {
  name           = "/${var.name}/policy"
  type           = "String"
  tier           = "Intelligent-Tiering"
  insecure_value = var.policy # so that a plan shows what changes in it
}

resource "aws_cloudwatch_log_group" "evenkeel" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention
}

resource "aws_sns_topic" "people" {
  name         = var.name
  display_name = "Evenkeel"
}

resource "aws_sns_topic_subscription" "email" {
  count = var.email == "" ? 0 : 1

  topic_arn = local.topic
  protocol  = "email"
  endpoint  = var.email
}
