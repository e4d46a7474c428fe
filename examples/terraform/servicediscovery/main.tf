# A service whose tasks are found by a name. Run it against a platform with the variables that `estiba env` prints:
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

data "aws_vpc" "default" {
  default = true
}

resource "aws_service_discovery_private_dns_namespace" "example" {
  name        = "example.internal"
  description = "Revision ${var.revision}"
  vpc         = data.aws_vpc.default.id

  tags = { Revision = var.revision }
}

resource "aws_service_discovery_service" "web" {
  name        = "web"
  description = "Revision ${var.revision}"

  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.example.id
    routing_policy = "MULTIVALUE"

    dns_records {
      ttl  = var.revision * 5
      type = "SRV"
    }
  }

  health_check_custom_config {
    failure_threshold = 1
  }

  tags = { Revision = var.revision }
}

resource "aws_service_discovery_http_namespace" "example" {
  name        = "example"
  description = "Found without DNS"

  tags = { Revision = var.revision }
}

resource "aws_service_discovery_service" "queue" {
  name         = "queue"
  namespace_id = aws_service_discovery_http_namespace.example.id
  type         = "HTTP"

  tags = { Revision = var.revision }
}

resource "aws_service_discovery_instance" "queue" {
  instance_id = "one"
  service_id  = aws_service_discovery_service.queue.id

  attributes = {
    address  = "10.0.0.1"
    revision = var.revision
  }
}

resource "aws_ecs_cluster" "example" {
  name = "example-names"
}

resource "aws_ecs_task_definition" "web" {
  family                   = "example-names-web"
  requires_compatibilities = ["EC2"]
  container_definitions = jsonencode([{
    name         = "web"
    image        = "nginx"
    memory       = var.revision * 64
    essential    = true
    portMappings = [{ containerPort = 80, hostPort = 0, protocol = "tcp" }]
  }])
}

resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.example.id
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "EC2"
  desired_count   = var.revision

  service_registries {
    registry_arn   = aws_service_discovery_service.web.arn
    container_name = "web"
    container_port = 80
  }
}

data "aws_route53_zone" "example" {
  zone_id      = aws_service_discovery_private_dns_namespace.example.hosted_zone
  private_zone = true
}

output "zone" {
  value = data.aws_route53_zone.example.name
}
