# Topics that deliver to queues, with dead-letter queues. Run it against a platform with the variables that `estiba env` prints:
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

resource "aws_sqs_queue" "dead" {
  name                      = "example-dead"
  message_retention_seconds = var.revision == 1 ? 86400 : 1209600
}

resource "aws_sqs_queue" "orders" {
  name                       = "example-orders"
  delay_seconds              = var.revision == 1 ? 0 : 5
  visibility_timeout_seconds = var.revision == 1 ? 30 : 60
  receive_wait_time_seconds  = 20
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = var.revision == 1 ? 3 : 5 })
  tags                       = { Revision = var.revision }
}

resource "aws_sqs_queue" "payments" {
  name                        = "example-payments.fifo"
  fifo_queue                  = true
  content_based_deduplication = var.revision == 1
}

resource "aws_sqs_queue_redrive_allow_policy" "dead" {
  queue_url = aws_sqs_queue.dead.id
  redrive_allow_policy = (var.revision == 1
    ? jsonencode({ redrivePermission = "allowAll" })
    : jsonencode({ redrivePermission = "byQueue", sourceQueueArns = [aws_sqs_queue.orders.arn] })
  )
}

data "aws_iam_policy_document" "orders" {
  statement {
    sid       = "topic-${var.revision}"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.orders.arn]
    principals {
      type        = "Service"
      identifiers = ["sns.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sns_topic.orders.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy    = data.aws_iam_policy_document.orders.json
}

resource "aws_sns_topic" "orders" {
  name              = "example-orders"
  display_name      = "Orders ${var.revision}"
  signature_version = var.revision
  tags              = { Revision = var.revision }
}

resource "aws_sns_topic" "payments" {
  name                        = "example-payments.fifo"
  fifo_topic                  = true
  content_based_deduplication = var.revision == 1
}

resource "aws_sns_topic_subscription" "orders" {
  topic_arn            = aws_sns_topic.orders.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.orders.arn
  raw_message_delivery = var.revision == 2
  filter_policy        = var.revision == 1 ? jsonencode({ kind = ["order"] }) : jsonencode({ kind = ["order", { prefix = "offer-" }] })
  redrive_policy       = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn })
}

resource "aws_sns_topic_subscription" "payments" {
  topic_arn            = aws_sns_topic.payments.arn
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.payments.arn
  raw_message_delivery = var.revision == 1
}
