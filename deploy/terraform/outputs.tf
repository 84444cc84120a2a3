output "function_name" {
  value = aws_lambda_function.evenkeel.function_name
}

output "role_arn" {
  value = aws_iam_role.evenkeel.arn
}

output "table_name" {
  value = aws_dynamodb_table.journal.name
}

output "topic_arn" {
  value = local.topic
}

output "policy_parameter" {
  value = aws_ssm_parameter.policy.name
}

output "dashboard_url" {
  value = "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#dashboards/dashboard/${var.name}"
}
