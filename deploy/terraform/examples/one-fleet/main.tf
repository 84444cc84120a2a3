# One fleet, mailed about. Beside this file lie evenkeel-lambda-x86_64.zip, evenkeel.yaml, and iam.json as
# `evenkeel iam --lambda` prints it for that policy. How to begin: docs/deploy.md.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "Where the fleet is."
  type        = string
}

variable "email" {
  description = "Who is told."
  type        = string
  default     = ""
}

variable "schedule" {
  description = "ENABLED when what `plan` says is what you want."
  type        = string
  default     = "DISABLED"
}

module "evenkeel" {
  source = "../.."

  zip      = "${path.module}/evenkeel-lambda-x86_64.zip"
  rights   = file("${path.module}/iam.json")
  policy   = file("${path.module}/evenkeel.yaml")
  email    = var.email
  schedule = var.schedule
}

output "dashboard_url" {
  value = module.evenkeel.dashboard_url
}
