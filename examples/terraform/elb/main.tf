# A service behind an application load balancer. Run it against a platform with the variables that `estiba env` prints:
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

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

resource "aws_security_group" "web" {
  name        = "example-web"
  description = "Requests from everywhere"
  vpc_id      = data.aws_vpc.default.id

  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  tags = { Revision = var.revision }
}

resource "aws_lb" "web" {
  name               = "example-web"
  load_balancer_type = "application"
  security_groups    = [aws_security_group.web.id]
  subnets            = data.aws_subnets.default.ids
  idle_timeout       = var.revision == 1 ? 60 : 30

  drop_invalid_header_fields = var.revision == 2

  tags = { Revision = var.revision }
}

resource "aws_lb_target_group" "web" {
  name                 = "example-web"
  port                 = 80
  protocol             = "HTTP"
  vpc_id               = data.aws_vpc.default.id
  deregistration_delay = var.revision == 1 ? 30 : 10

  health_check {
    path                = "/"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = var.revision + 1
    matcher             = "200-299"
  }

  stickiness {
    type            = "lb_cookie"
    enabled         = var.revision == 2
    cookie_duration = 600
  }

  tags = { Revision = var.revision }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }

  tags = { Revision = var.revision }
}

resource "aws_lb_listener_rule" "maintenance" {
  listener_arn = aws_lb_listener.http.arn
  priority     = var.revision * 10

  action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "revision ${var.revision}"
      status_code  = "503"
    }
  }

  condition {
    path_pattern {
      values = ["/maintenance/*"]
    }
  }

  condition {
    host_header {
      values = ["*.example.com"]
    }
  }

  tags = { Revision = var.revision }
}

resource "aws_lb_listener_rule" "old" {
  listener_arn = aws_lb_listener.http.arn
  priority     = 50 + var.revision

  action {
    type = "redirect"

    redirect {
      path        = "/new/#{path}"
      status_code = "HTTP_301"
    }
  }

  condition {
    path_pattern {
      values = ["/old/*"]
    }
  }

  condition {
    query_string {
      key   = "version"
      value = tostring(var.revision)
    }
  }
}

resource "aws_ecs_cluster" "example" {
  name = "example-elb"
}

resource "aws_ecs_task_definition" "web" {
  family                   = "example-elb-web"
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
  name                              = "web"
  cluster                           = aws_ecs_cluster.example.id
  task_definition                   = aws_ecs_task_definition.web.arn
  launch_type                       = "EC2"
  desired_count                     = var.revision
  health_check_grace_period_seconds = var.revision * 30

  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 80
  }

  depends_on = [aws_lb_listener.http]
}

output "address" {
  value = "http://${aws_lb.web.dns_name}"
}
