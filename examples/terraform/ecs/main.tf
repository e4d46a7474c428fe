# Clusters, services and what belongs to them. Run it against a platform with the variables that `estiba env` prints:
#   terraform init && terraform apply

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  # Has a resource of its own below.
  ignore_tags {
    keys = ["Team"]
  }
}

variable "revision" {
  description = "2 changes something of every resource."
  type        = number
  default     = 1
}

data "aws_caller_identity" "current" {}

resource "aws_ecs_cluster" "example" {
  name = "example"

  setting {
    name  = "containerInsights"
    value = var.revision == 1 ? "enabled" : "disabled"
  }

  tags = { Revision = var.revision }
}

resource "aws_ecs_capacity_provider" "example" {
  name = "example"

  auto_scaling_group_provider {
    auto_scaling_group_arn         = "arn:aws:autoscaling:eu-west-1:${data.aws_caller_identity.current.account_id}:autoScalingGroup:a1b2c3d4-5678-90ab-cdef-EXAMPLE11111:autoScalingGroupName/example"
    managed_termination_protection = "DISABLED"

    managed_scaling {
      status          = "ENABLED"
      target_capacity = var.revision == 1 ? 100 : 80
    }
  }

  tags = { Revision = var.revision }
}

resource "aws_ecs_cluster_capacity_providers" "example" {
  cluster_name       = aws_ecs_cluster.example.name
  capacity_providers = [aws_ecs_capacity_provider.example.name]

  default_capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.example.name
    base              = var.revision
    weight            = 1
  }
}

resource "aws_ecs_task_definition" "web" {
  family                   = "example-web"
  network_mode             = "bridge"
  requires_compatibilities = ["EC2"]
  container_definitions = jsonencode([{
    name         = "web"
    image        = "nginx"
    cpu          = 128
    memory       = var.revision * 64
    essential    = true
    environment  = [{ name = "REVISION", value = tostring(var.revision) }]
    portMappings = [{ containerPort = 80, hostPort = 0, protocol = "tcp" }]
  }])

  volume {
    name      = "data"
    host_path = "/var/lib/example"
  }

  tags = { Revision = var.revision }
}

resource "aws_ecs_service" "web" {
  name                               = "web"
  cluster                            = aws_ecs_cluster.example.id
  task_definition                    = aws_ecs_task_definition.web.arn
  launch_type                        = "EC2"
  desired_count                      = var.revision
  deployment_maximum_percent         = var.revision == 1 ? 200 : 150
  deployment_minimum_healthy_percent = 50
  enable_ecs_managed_tags            = true
  propagate_tags                     = var.revision == 1 ? "SERVICE" : "TASK_DEFINITION"

  deployment_circuit_breaker {
    enable   = true
    rollback = var.revision == 2
  }

  alarms {
    alarm_names = ["example-errors"]
    enable      = true
    rollback    = var.revision == 2
  }

  ordered_placement_strategy {
    type  = "spread"
    field = var.revision == 1 ? "instanceId" : "attribute:ecs.availability-zone"
  }

  placement_constraints {
    type       = "memberOf"
    expression = "attribute:ecs.os-type == linux"
  }

  tags = { Revision = var.revision }
}

resource "aws_ecs_service" "daemon" {
  name                = "daemon"
  cluster             = aws_ecs_cluster.example.id
  task_definition     = aws_ecs_task_definition.web.arn
  launch_type         = "EC2"
  scheduling_strategy = "DAEMON"
  tags                = { Revision = var.revision }
}

resource "aws_ecs_service" "external" {
  name          = "external"
  cluster       = aws_ecs_cluster.example.id
  desired_count = var.revision

  deployment_controller {
    type = "EXTERNAL"
  }

  tags = { Revision = var.revision }
}

resource "aws_ecs_task_set" "green" {
  service         = aws_ecs_service.external.id
  cluster         = aws_ecs_cluster.example.id
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "EC2"
  force_delete    = true

  scale {
    value = var.revision == 1 ? 50 : 100
  }

  tags = { Revision = var.revision }
}

resource "aws_ecs_account_setting_default" "insights" {
  name  = "containerInsights"
  value = var.revision == 1 ? "enabled" : "disabled"
}

resource "aws_ecs_tag" "team" {
  resource_arn = aws_ecs_cluster.example.arn
  key          = "Team"
  value        = "team-${var.revision}"
}

data "aws_ecs_service" "web" {
  cluster_arn  = aws_ecs_cluster.example.arn
  service_name = aws_ecs_service.web.name
}

data "aws_ecs_task_definition" "web" {
  task_definition = aws_ecs_task_definition.web.family
  depends_on      = [aws_ecs_task_definition.web]
}

output "service" {
  value = data.aws_ecs_service.web.arn
}
