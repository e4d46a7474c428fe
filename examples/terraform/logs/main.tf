# Log groups with what belongs to them. Run it against a platform with the variables that `estiba env` prints:
#   terraform init && terraform apply

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {}

variable "revision" {
  description = "2 changes something of every resource."
  type        = number
  default     = 1
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

locals {
  kms = "arn:${data.aws_partition.current.partition}:kms:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:key"
}

resource "aws_cloudwatch_log_group" "web" {
  name              = "/example/web"
  retention_in_days = var.revision == 1 ? 7 : 30
  kms_key_id        = var.revision == 1 ? null : "${local.kms}/1234abcd-12ab-34cd-56ef-1234567890ab"
  tags              = { Revision = var.revision }
}

resource "aws_cloudwatch_log_group" "archive" {
  name              = "/example/archive"
  log_group_class   = "INFREQUENT_ACCESS"
  retention_in_days = var.revision == 1 ? 365 : 0
}

resource "aws_cloudwatch_log_stream" "web" {
  name           = "stream-${var.revision}"
  log_group_name = aws_cloudwatch_log_group.web.name
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  name           = "errors"
  log_group_name = aws_cloudwatch_log_group.web.name
  pattern        = var.revision == 1 ? "ERROR" : "{ $.level = \"error\" }"

  metric_transformation {
    name          = "Errors"
    namespace     = "Example"
    value         = "1"
    default_value = var.revision == 1 ? "0" : null
    dimensions    = var.revision == 1 ? null : { Host = "$.host" }
  }
}

resource "aws_cloudwatch_query_definition" "errors" {
  name            = "example/errors"
  log_group_names = [aws_cloudwatch_log_group.web.name]
  query_string    = "fields @timestamp, @message | limit ${var.revision * 10}"
}

resource "aws_cloudwatch_log_resource_policy" "delivery" {
  policy_name = "example"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = var.revision == 1 ? ["logs:PutLogEvents"] : ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.web.arn}:*"
    }]
  })
}

data "aws_cloudwatch_log_groups" "example" {
  log_group_name_prefix = "/example/"
  depends_on            = [aws_cloudwatch_log_group.web, aws_cloudwatch_log_group.archive]
}

output "log_groups" {
  value = data.aws_cloudwatch_log_groups.example.log_group_names
}
