variable "zip" {
  description = "The path of evenkeel-lambda-x86_64.zip or evenkeel-lambda-arm64.zip."
  type        = string
}

variable "rights" {
  description = "What the function may do: the text that `evenkeel iam --lambda` prints for the policy."
  type        = string

  validation {
    condition     = can(jsondecode(var.rights).Statement)
    error_message = "This is no IAM policy document: give file(\"iam.json\"), written by `evenkeel iam --lambda`."
  }
}

variable "policy" {
  description = "The text of evenkeel.yaml. A change of it alone changes an SSM parameter, and the next tick reads it."
  type        = string
  default     = "fleets: []"

  validation {
    condition     = length(var.policy) <= 8192
    error_message = "An SSM parameter holds 8192 characters: shorten the policy's comments, or use two Evenkeels."
  }
}

variable "name" {
  description = "Of the function, table, topic and all else. Any other than evenkeel also goes to `evenkeel iam --function`."
  type        = string
  default     = "evenkeel"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}$", var.name))
    error_message = "Give 3 to 31 small letters, digits and hyphens, beginning with a letter."
  }
}

variable "schedule" {
  description = "ENABLED has it act every minute. DISABLED has it act only when it is invoked."
  type        = string
  default     = "DISABLED"

  validation {
    condition     = contains(["DISABLED", "ENABLED"], var.schedule)
    error_message = "Give DISABLED or ENABLED."
  }
}

variable "email" {
  description = "Who is told. AWS sends a message there that must be confirmed. Empty is nobody."
  type        = string
  default     = ""
}

variable "architecture" {
  description = "Of the zip: x86_64 or arm64."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "Give x86_64 or arm64."
  }
}

variable "out_too_long" {
  description = "Seconds after which a member that is still out is an alarm."
  type        = number
  default     = 3600
}

variable "log_retention" {
  description = "Days."
  type        = number
  default     = 30
}

variable "webhook_parameter" {
  description = "Name of an SSM SecureString that holds a webhook's URL. It also goes to `evenkeel iam --secret`. Empty is none."
  type        = string
  default     = ""
}

variable "reserve_concurrency" {
  description = "Say false where the account is too new to have any concurrency to reserve."
  type        = bool
  default     = true
}
