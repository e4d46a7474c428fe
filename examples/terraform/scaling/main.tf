# A service that is scaled: so that a metric of one's own keeps a target, by steps, and by the clock. Run it against a
# platform with the variables that `estiba env` prints:
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

resource "aws_ecs_cluster" "example" {
  name = "scaling-example"
}

resource "aws_ecs_task_definition" "web" {
  family                   = "scaling-example-web"
  requires_compatibilities = ["EC2"]
  container_definitions = jsonencode([{
    name      = "web"
    image     = "nginx"
    cpu       = 128
    memory    = 64
    essential = true
  }])
}

resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.example.id
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "EC2"
  desired_count   = 1

  lifecycle {
    # From here on it is Application Auto Scaling's.
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "web" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.example.name}/${aws_ecs_service.web.name}"
  min_capacity       = var.revision
  max_capacity       = 6

  tags = { Revision = var.revision }
}

resource "aws_appautoscaling_policy" "backlog" {
  name               = "backlog"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  resource_id        = aws_appautoscaling_target.web.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = var.revision * 100
    scale_out_cooldown = 60
    disable_scale_in   = var.revision == 2

    customized_metric_specification {
      namespace   = "Example"
      metric_name = "BacklogPerTask"
      statistic   = "Average"

      dimensions {
        name  = "Service"
        value = "web"
      }
    }
  }
}

resource "aws_appautoscaling_policy" "busy" {
  name               = "busy"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  resource_id        = aws_appautoscaling_target.web.resource_id

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    metric_aggregation_type = "Maximum"
    cooldown                = var.revision * 60

    step_adjustment {
      metric_interval_lower_bound = 0
      metric_interval_upper_bound = 100
      scaling_adjustment          = 1
    }

    step_adjustment {
      metric_interval_lower_bound = 100
      scaling_adjustment          = var.revision + 1
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "night" {
  name               = "night"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  resource_id        = aws_appautoscaling_target.web.resource_id
  schedule           = "cron(0 ${21 + var.revision} * * ? *)"
  timezone           = "Europe/Madrid"

  scalable_target_action {
    min_capacity = 1
    max_capacity = var.revision + 1
  }
}
