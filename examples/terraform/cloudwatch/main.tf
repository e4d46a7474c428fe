# Alarms on a metric, on an expression and on other alarms, and a dashboard. Run it against a platform with the variables
# that `estiba env` prints:
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
  topic = "arn:${data.aws_partition.current.partition}:sns:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:ops"
}

resource "aws_cloudwatch_metric_alarm" "cpu" {
  alarm_name          = "example-cpu"
  alarm_description   = var.revision == 1 ? "Too much to do" : "Far too much to do"
  namespace           = "Example"
  metric_name         = "Cpu"
  dimensions          = { Host = "a" }
  statistic           = var.revision == 1 ? "Average" : "Maximum"
  period              = 60
  evaluation_periods  = 3
  datapoints_to_alarm = var.revision == 1 ? null : 2
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.revision == 1 ? 80 : 90.5
  treat_missing_data  = var.revision == 1 ? "missing" : "notBreaching"
  alarm_actions       = [local.topic]
  ok_actions          = var.revision == 1 ? [] : [local.topic]
  tags                = { Revision = var.revision }
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name                            = "example-latency"
  namespace                             = "Example"
  metric_name                           = "Latency"
  extended_statistic                    = var.revision == 1 ? "p99" : "p90"
  period                                = 300
  evaluation_periods                    = 2
  comparison_operator                   = "GreaterThanOrEqualToThreshold"
  threshold                             = 0.5
  unit                                  = "Seconds"
  evaluate_low_sample_count_percentiles = var.revision == 1 ? "ignore" : "evaluate"
  actions_enabled                       = var.revision == 1
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "example-errors"
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5

  metric_query {
    id          = "rate"
    expression  = var.revision == 1 ? "errors / requests * 100" : "IF(requests > 10, errors / requests * 100, 0)"
    label       = "Errors in percent"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = toset(["errors", "requests"])

    content {
      id = metric_query.key

      metric {
        namespace   = "Example"
        metric_name = title(metric_query.key)
        period      = var.revision == 1 ? 60 : 300
        stat        = "Sum"
        dimensions  = { Service = "web" }
      }
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "web" {
  alarm_name        = "example-web"
  alarm_description = "Revision ${var.revision}"
  alarm_rule = join(var.revision == 1 ? " OR " : " AND ", [
    "ALARM(\"${aws_cloudwatch_metric_alarm.latency.alarm_name}\")",
    "ALARM(\"${aws_cloudwatch_metric_alarm.errors.alarm_name}\")",
  ])
  alarm_actions = [local.topic]
  tags          = { Revision = var.revision }

  actions_suppressor {
    alarm            = aws_cloudwatch_metric_alarm.cpu.alarm_name
    wait_period      = 60
    extension_period = var.revision == 1 ? 60 : 120
  }
}

resource "aws_cloudwatch_dashboard" "web" {
  dashboard_name = "example-web"
  dashboard_body = jsonencode({
    widgets = [
      {
        type   = "metric"
        x      = 0
        y      = 0
        width  = 12
        height = 6
        properties = {
          metrics = [["Example", "Cpu", "Host", "a"]]
          period  = var.revision == 1 ? 60 : 300
          region  = data.aws_region.current.name
        }
      },
      { type = "text", width = 12, properties = { markdown = "Revision ${var.revision}" } },
    ]
  })
}
